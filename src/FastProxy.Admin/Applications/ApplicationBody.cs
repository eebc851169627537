using System.Collections.Immutable;
using System.Text.Json;
using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Admin.Api;
using FastProxy.Admin.Policies;

namespace FastProxy.Admin.Applications;

/// <summary>Reads an application from a request.</summary>
internal static class ApplicationBody
{
    private static readonly string[] s_types = ["self_hosted", "ssh", "rdp", "vnc"];

    /// <summary>
    /// The application; what is wrong with it is noted in <paramref name="body"/>, whose result then must not be used. It replaces
    /// <paramref name="existing"/> whole, its policies excepted where the request does not speak of them.
    /// </summary>
    public static Application Read(ApiBody body, Application? existing, DateTimeOffset now)
    {
        var type = body.Text("type") ?? "self_hosted";
        if (!s_types.Contains(type))
        {
            body.Fail($"the type '{type}' is none of {string.Join(", ", s_types)}");
        }
        var domains = Domains(body);
        return new Application
        {
            Id = existing?.Id ?? Guid.NewGuid(),
            Aud = existing?.Aud ?? ApplicationAudience.Create(),
            Name = body.Text("name") ?? (domains.IsEmpty ? "" : domains[0].ToString()),
            Type = type,
            Domains = domains,
            Origin = Origin(body),
            AllowedDestinations = AllowedDestinations(body),
            SessionDuration = body.Duration("session_duration"),
            ReadServiceTokensFromHeader = body.Text("read_service_tokens_from_header") is { Length: > 0 } header ? header : null,
            Policies = body.Has("policies") ? ReadPolicies(body, existing, now) : existing?.Policies ?? [],
            CreatedAt = existing?.CreatedAt ?? now,
            UpdatedAt = now,
        };
    }

    private static ImmutableArray<ApplicationDomain> Domains(ApiBody body)
    {
        var texts = new List<string>();
        if (body.Text("domain") is { } domain)
        {
            texts.Add(domain);
        }
        texts.AddRange(body.Texts("self_hosted_domains"));
        foreach (var item in body.Items("destinations"))
        {
            var destination = body.Inner(item, "destinations");
            if (item.ValueKind != JsonValueKind.Object || destination.Text("type") is not (null or "public"))
            {
                body.Fail("'destinations' takes public destinations: {\"type\":\"public\",\"uri\":\"HOST/path\"}");
                continue;
            }
            texts.Add(destination.RequiredText("uri"));
        }
        if (texts.Count == 0)
        {
            body.Fail("'domain' is missing");
        }
        var domains = ImmutableArray.CreateBuilder<ApplicationDomain>(texts.Count);
        foreach (var text in texts)
        {
            if (!ApplicationDomain.TryParse(text, out var parsed, out var error))
            {
                body.Fail(error);
            }
            else if (!domains.Contains(parsed))
            {
                domains.Add(parsed);
            }
        }
        return domains.DrainToImmutable();
    }

    private static Origin? Origin(ApiBody body)
    {
        if (body.Text("origin") is not { } text)
        {
            return null;
        }
        if (!Access.Applications.Origin.TryParse(text, out var origin, out var error))
        {
            body.Fail(error);
        }
        return origin;
    }

    private static ImmutableArray<DestinationPattern> AllowedDestinations(ApiBody body)
    {
        var patterns = ImmutableArray.CreateBuilder<DestinationPattern>();
        foreach (var text in body.Texts("allowed_destinations"))
        {
            if (DestinationPattern.TryParse(text, out var pattern, out var error))
            {
                patterns.Add(pattern);
            }
            else
            {
                body.Fail(error);
            }
        }
        return patterns.DrainToImmutable();
    }

    // Each entry is the id of a policy the application has, {"id","precedence"?} for the same, or a whole policy (with an id: that one
    // changed). Without a precedence an entry follows the one before it.
    private static ImmutableArray<Policy> ReadPolicies(ApiBody body, Application? existing, DateTimeOffset now)
    {
        var policies = ImmutableArray.CreateBuilder<Policy>();
        var last = 0;
        foreach (var item in body.Items("policies"))
        {
            var inner = body.Inner(item, "policies");
            if (item.ValueKind is not (JsonValueKind.Object or JsonValueKind.String))
            {
                body.Fail("an entry of 'policies' is neither an id nor a policy");
                break;
            }
            var isObject = item.ValueKind == JsonValueKind.Object;
            var id = isObject ? inner.Text("id") : item.GetString();
            var known = existing?.Policies.FirstOrDefault(policy => Guid.TryParse(id, out var guid) && policy.Id == guid);
            if (id is not null && known is null)
            {
                body.Fail($"the application has no policy '{id}': give the policy itself");
                break;
            }
            var policy = isObject && (known is null || inner.Has("decision")) ? PolicyBody.Read(inner, known, now) : known!;
            last = isObject && inner.Count("precedence") is { } given ? given : last + 1;
            policies.Add(policy with { Precedence = last });
        }
        return policies.DrainToImmutable();
    }
}
