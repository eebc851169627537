using System.Collections.Immutable;
using FastProxy.Access.Stores;

namespace FastProxy.Storage.Sqlite;

/// <summary>
/// Writes the way from one snapshot to the next: an object that is the same in both costs nothing. Call within a transaction.
/// </summary>
internal static class AccessDifference
{
    public static void Write(SqliteDatabase database, AccessSnapshot from, AccessSnapshot to)
    {
        // What goes goes first, so that its name is free; but a reusable policy only after the applications that gave it up.
        Delete(database, "applications", from.Applications, to.Applications, application => application.Id);
        Delete(database, "groups", from.Groups, to.Groups, group => group.Id);
        Delete(database, "lists", from.Lists, to.Lists, list => list.Id);
        Delete(database, "service_tokens", from.Tokens, to.Tokens, token => token.Id);
        Delete(database, "api_tokens", from.ApiTokens, to.ApiTokens, token => token.Id);

        Write(from.Tokens, to.Tokens, token => AccessWriter.Write(database, token));
        Write(from.ApiTokens, to.ApiTokens, token => AccessWriter.Write(database, token));
        Write(from.Lists, to.Lists, list => AccessWriter.Write(database, list));
        Write(from.Groups, to.Groups, group => AccessWriter.Write(database, group));
        Write(from.ReusablePolicies, to.ReusablePolicies, policy => AccessWriter.WriteReusable(database, policy));
        Write(from.Applications, to.Applications, application => AccessWriter.Write(database, application));
        Delete(database, "reusable_policies", from.ReusablePolicies, to.ReusablePolicies, policy => policy.Id);
        if (!ReferenceEquals(from.Organization, to.Organization))
        {
            AccessWriter.Write(database, to.Organization);
        }

        AccessWriter.SetVersion(database, to.Version);
    }

    private static void Delete<T>(SqliteDatabase database, string table, ImmutableArray<T> from, ImmutableArray<T> to, Func<T, Guid> id)
        where T : class
    {
        var kept = to.Select(id).ToHashSet();
        foreach (var gone in from.Select(id).Where(known => !kept.Contains(known)))
        {
            AccessWriter.Delete(database, table, gone);
        }
    }

    private static void Write<T>(ImmutableArray<T> from, ImmutableArray<T> to, Action<T> write)
        where T : class
    {
        // Immutable objects: the same one is the unchanged one.
        var known = new HashSet<T>(from, ReferenceEqualityComparer.Instance);
        foreach (var item in to)
        {
            if (!known.Contains(item))
            {
                write(item);
            }
        }
    }
}
