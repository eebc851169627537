using System.Collections.Immutable;
using FastProxy.Access.ApiTokens;
using FastProxy.Access.Applications;
using FastProxy.Access.Lists;
using FastProxy.Access.Organizations;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Storage.Sqlite;

/// <summary>Reads the whole of <c>access.db</c> into a snapshot. Call within a transaction: the tables must be of one state.</summary>
internal static partial class AccessReader
{
    /// <exception cref="StoreException">A row makes no sense to this version of the program.</exception>
    public static AccessSnapshot Read(SqliteDatabase database)
    {
        try
        {
            var reusable = ReadAll(database, "SELECT * FROM reusable_policies", row => ReadPolicy(row) with { IsReusable = true });
            var policies = ReadPolicies(database, reusable);
            var items = ReadAll(database, "SELECT * FROM list_items ORDER BY list_id, position", row => (Owner: row.Id("list_id"), Item: ReadItem(row)))
                .ToLookup(row => row.Owner, row => row.Item);
            return AccessSnapshot.Create(
                database.ReadNumber("SELECT version FROM meta"),
                new AccessContent
                {
                    Tokens = ReadAll(database, "SELECT * FROM service_tokens", ReadToken),
                    Applications = ReadAll(database, "SELECT * FROM applications", row => ReadApplication(row, policies)),
                    Groups = ReadAll(database, "SELECT * FROM groups", ReadGroup),
                    ReusablePolicies = reusable,
                    Lists = ReadAll(database, "SELECT * FROM lists", row => ReadList(row, items)),
                    ApiTokens = ReadAll(database, "SELECT * FROM api_tokens", ReadApiToken),
                    Organization = ReadAll(database, "SELECT * FROM organization", ReadOrganization).SingleOrDefault() ?? Organization.Default,
                });
        }
        catch (Exception exception) when (exception is FormatException or InvalidCastException or ArgumentException)
        {
            throw new StoreException($"the store {database.Path} holds something this program cannot read: {exception.Message}", exception);
        }
    }

    /// <summary>When each token was last used.</summary>
    public static List<(Guid TokenId, DateTimeOffset Time)> ReadUses(SqliteDatabase database) =>
        ReadAll(database, "SELECT * FROM service_token_uses", row => (row.Id("token_id"), row.Time("last_seen_at")));

    private static List<T> ReadAll<T>(SqliteDatabase database, string sql, Func<Row, T> read)
    {
        var items = new List<T>();
        using var command = database.Command(sql);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            items.Add(read(new Row(reader)));
        }

        return items;
    }

    // An application's own policies, and the reusable ones it uses, each with its place there.
    private static ILookup<Guid, Policy> ReadPolicies(SqliteDatabase database, List<Policy> reusable)
    {
        var byId = reusable.ToDictionary(policy => policy.Id);
        var own = ReadAll(database, "SELECT * FROM policies", row =>
            (Owner: row.Id("application_id"), Policy: ReadPolicy(row) with { Precedence = (int)row.Number("precedence") }));
        var used = ReadAll(database, "SELECT * FROM application_policies", row =>
            (Owner: row.Id("application_id"), Policy: Used(row.Id("policy_id")) with { Precedence = (int)row.Number("precedence") }));
        return own.Concat(used).ToLookup(item => item.Owner, item => item.Policy);

        Policy Used(Guid id) => byId.TryGetValue(id, out var policy) ? policy : throw new FormatException($"an application uses the policy {id:D}, which is not there");
    }

    private static ServiceToken ReadToken(Row row) => new()
    {
        Id = row.Id("id"),
        Name = row.Text("name"),
        ClientId = row.Text("client_id"),
        Secret = row.HashOrNull("secret_hash") ?? default,
        PreviousSecret = row.HashOrNull("previous_secret_hash"),
        PreviousSecretExpiresAt = row.TimeOrNull("previous_secret_expires_at"),
        SecretVersion = (int)row.Number("secret_version"),
        Duration = row.DurationOrNull("duration"),
        ExpiresAt = row.TimeOrNull("expires_at"),
        Enabled = row.Number("enabled") != 0,
        IsCanary = row.Number("canary") != 0,
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
    };

    private static Group ReadGroup(Row row) => new()
    {
        Id = row.Id("id"),
        Name = row.Text("name"),
        IsDefault = row.Number("is_default") != 0,
        Include = row.Rules("include"),
        Require = row.Rules("require"),
        Exclude = row.Rules("exclude"),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
    };

    private static Policy ReadPolicy(Row row) => new()
    {
        Id = row.Id("id"),
        Name = row.Text("name"),
        Action = PolicyActions.TryParseApiName(row.Text("decision"), out var action)
            ? action
            : throw new FormatException($"'{row.Text("decision")}' is no decision"),
        Include = row.Rules("include"),
        Require = row.Rules("require"),
        Exclude = row.Rules("exclude"),
        SessionDuration = row.DurationOrNull("session_duration"),
        Kept = ColumnText.ToKept(row.Text("kept")),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
    };

    private static Application ReadApplication(Row row, ILookup<Guid, Policy> policies) => new()
    {
        Id = row.Id("id"),
        Name = row.Text("name"),
        Type = row.Text("type"),
        Aud = row.Text("aud"),
        Domains = ReadDomains(row.Text("domains")),
        Origin = ReadOrigin(row.TextOrNull("origin")),
        Policies = [.. policies[row.Id("id")]],
        SessionDuration = row.DurationOrNull("session_duration"),
        ReadServiceTokensFromHeader = row.TextOrNull("read_service_tokens_from_header"),
        AllowedDestinations = ReadDestinations(row.Text("allowed_destinations")),
        Kept = ColumnText.ToKept(row.Text("kept")),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
    };

    private static ImmutableArray<ApplicationDomain> ReadDomains(string text) =>
    [
        .. ColumnText.ToTexts(text).Select(item =>
            ApplicationDomain.TryParse(item, out var domain, out var error) ? domain : throw new FormatException(error)),
    ];

    private static ImmutableArray<DestinationPattern> ReadDestinations(string text) =>
    [
        .. ColumnText.ToTexts(text).Select(item =>
            DestinationPattern.TryParse(item, out var pattern, out var error) ? pattern : throw new FormatException(error)),
    ];

    private static Origin? ReadOrigin(string? text) =>
        text is null ? null : Origin.TryParse(text, out var origin, out var error) ? origin : throw new FormatException(error);
}
