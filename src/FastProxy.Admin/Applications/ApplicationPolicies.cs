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

    /// <summary>
    /// The policies of a request, those it named without describing them as they are now: one that somebody else changed since is not
    /// changed back, and one that was removed does not return.
    /// </summary>
    /// <param name="policies">What <see cref="Read"/> made of the request.</param>
    /// <param name="existing">The application it was read over.</param>
    /// <param name="current">The application at the moment of the change.</param>
    public static ImmutableArray<Policy> AsTheyAre(ImmutableArray<Policy> policies, Application existing, Application current)
    {
        var result = ImmutableArray.CreateBuilder<Policy>(policies.Length);
        foreach (var policy in policies)
        {
            var known = existing.Policies.FirstOrDefault(other => other.Id == policy.Id);
            if (known is null || policy != known with { Precedence = policy.Precedence })
            {
                result.Add(policy);
            }
            else if (current.Policies.FirstOrDefault(other => other.Id == policy.Id) is { } now)
            {
                result.Add(now with { Precedence = policy.Precedence });
            }
        }
        return result.DrainToImmutable();
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
