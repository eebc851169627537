using System.Collections.Immutable;
using System.Text.Json;
using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using FastProxy.Admin.Policies;

namespace FastProxy.Admin.Applications;

/// <summary>Reads <c>policies</c> of an application from a request.</summary>
internal static class ApplicationPolicies
{
    /// <summary>
    /// Each entry is the id of a policy the application has or of a reusable one, <c>{"id","precedence"?}</c> for the same, or a whole policy.
    /// A whole policy with the id of one of the application's own changes that; with the id of a reusable one it stands for it, so that an
    /// application that was read can be written back. Without a precedence an entry follows the one before it.
    /// </summary>
    public static ImmutableArray<Policy> Read(ApiBody body, Application? existing, AccessSnapshot snapshot, DateTimeOffset now)
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
            var known = id is null ? null : Find(id, existing, snapshot);
            if (id is not null && known is null)
            {
                body.Fail($"there is no policy '{id}': neither the application has it nor is it a reusable one");
                break;
            }
            var isWhole = isObject && (known is null || (!known.IsReusable && inner.Has("decision")));
            var policy = isWhole ? PolicyBody.Read(inner, known, now) : known!;
            last = isObject && inner.Count("precedence") is { } given ? given : last + 1;
            policies.Add(policy with { Precedence = last });
        }
        return policies.DrainToImmutable();
    }

    private static Policy? Find(string id, Application? existing, AccessSnapshot snapshot)
    {
        if (!Guid.TryParse(id, out var guid))
        {
            return null;
        }
        return existing?.Policies.FirstOrDefault(policy => policy.Id == guid)
            ?? (snapshot.TryGetReusablePolicy(guid, out var reusable) ? reusable : null);
    }
}
