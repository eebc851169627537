using FastProxy.Access.Stores;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Admin.Api;

/// <summary>What a request changes, by the name that an administrator knows it by: its path has ids alone.</summary>
internal static class ChangedObject
{
    /// <summary>The names of what the ids in a path stand for, outermost first, joined by <c>/</c>; null where they stand for nothing.</summary>
    /// <param name="snapshot">From before the change: what a request deletes has a name then.</param>
    /// <param name="path">The request's.</param>
    public static string? NameOf(AccessSnapshot snapshot, PathString path)
    {
        string? name = null;
        var application = Guid.Empty;
        foreach (var segment in (path.Value ?? "").Split('/'))
        {
            // The account's id has the form of a GUID, too; it stands for nothing here.
            if (Guid.TryParse(segment, out var id) && NameOf(snapshot, id, application) is { } found)
            {
                name = name is null ? found : $"{name}/{found}";
                application = id;
            }
        }

        return name;
    }

    private static string? NameOf(AccessSnapshot snapshot, Guid id, Guid application) =>
        snapshot.TryGetToken(id, out var token) ? token.Name
        : snapshot.TryGetApplication(id, out var app) ? app.Name
        : snapshot.TryGetGroup(id, out var group) ? group.Name
        : snapshot.TryGetApplication(application, out var owner) && owner.Policies.FirstOrDefault(policy => policy.Id == id) is { } own ? own.Name
        : snapshot.TryGetReusablePolicy(id, out var policy) ? policy.Name
        : snapshot.TryGetList(id, out var list) ? list.Name
        : snapshot.ApiTokens.FirstOrDefault(apiToken => apiToken.Id == id)?.Name;
}
