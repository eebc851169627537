using System.Collections.Immutable;
using System.Text.Json;
using FastProxy.Access;
using FastProxy.Access.Applications;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Applications;

/// <summary>Reads an application from a request.</summary>
internal static class ApplicationBody
{
    private static readonly string[] s_types = ["self_hosted", "ssh", "rdp", "vnc"];

    // They name what is not behind a gateway of this kind; an application that looks protected and is not would be worse than an error.
    private static readonly string[] s_foreignTypes =
    [
        "saas", "infrastructure", "bookmark", "app_launcher", "warp", "biso", "dash_sso", "mcp", "mcp_portal", "proxy_endpoint",
    ];

    /// <summary>
    /// The application; what is wrong with it is noted in <paramref name="body"/>, whose result then must not be used. It replaces
    /// <paramref name="existing"/> whole, its policies excepted where the request does not speak of them.
    /// </summary>
    /// <param name="body">The object that describes the application.</param>
    /// <param name="existing">The application it replaces; null for a new one.</param>
    /// <param name="snapshot">Where the reusable policies are that it may name.</param>
    /// <param name="now">The time of creation of a new one.</param>
    public static Application Read(ApiBody body, Application? existing, AccessSnapshot snapshot, DateTimeOffset now)
    {
        var type = body.Text("type") ?? "self_hosted";
        if (!s_types.Contains(type))
        {
            body.Fail(s_foreignTypes.Contains(type)
                ? $"the type '{type}' has no meaning on this gateway, which serves {string.Join(", ", s_types)}"
                : $"the type '{type}' is none of {string.Join(", ", s_types)}");
        }
        var (domains, others) = Domains(body);
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
            Policies = body.Has("policies") ? ApplicationPolicies.Read(body, existing, snapshot, now) : existing?.Policies ?? [],
            Kept = others is { } destinations
                ? ApplicationFields.Kept.Read(body, KeptFields.None, (ApplicationFields.Destinations, destinations))
                : ApplicationFields.Kept.Read(body, KeptFields.None),
            CreatedAt = existing?.CreatedAt ?? now,
            UpdatedAt = now,
        };
    }

    // The domain first. 'destinations' is the newer of the two lists and decides where a request has both. Private destinations are reached
    // by other ways than a gateway: they are kept and shown.
    private static (ImmutableArray<ApplicationDomain> Domains, JsonElement? Others) Domains(ApiBody body)
    {
        var texts = new List<string>();
        if (body.Text("domain") is { } domain)
        {
            texts.Add(domain);
        }
        var others = new List<JsonElement>();
        if (!body.Has("destinations"))
        {
            texts.AddRange(body.Texts("self_hosted_domains"));
        }
        foreach (var item in body.Items("destinations"))
        {
            var destination = body.Inner(item, "destinations");
            switch (item.ValueKind == JsonValueKind.Object ? destination.Text("type") ?? "public" : null)
            {
                case "public":
                    texts.Add(destination.RequiredText("uri"));
                    break;
                case "private":
                    others.Add(item);
                    break;
                default:
                    body.Fail("'destinations' takes {\"type\":\"public\",\"uri\":\"HOST/path\"}, and keeps those of the type private");
                    break;
            }
        }
        if (texts.Count == 0)
        {
            body.Fail("'domain' is missing");
        }
        if (texts.Count > Application.MaximumDomains)
        {
            body.Fail($"the application has more than {Application.MaximumDomains} domains");
            return ([], null);
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
        return (domains.DrainToImmutable(), others.Count == 0 ? null : JsonSerializer.SerializeToElement(others, ApiJson.Default.ListJsonElement));
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
}
