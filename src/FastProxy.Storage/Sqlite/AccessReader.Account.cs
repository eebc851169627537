using FastProxy.Access.ApiTokens;
using FastProxy.Access.Lists;
using FastProxy.Access.Organizations;

namespace FastProxy.Storage.Sqlite;

/// <content>What belongs to the account rather than to its applications.</content>
internal static partial class AccessReader
{
    private static ApiToken ReadApiToken(Row row) => new()
    {
        Id = row.Id("id"),
        Name = row.Text("name"),
        Scope = ColumnText.ToScope(row.Text("scope")),
        Value = row.HashOrNull("value_hash") ?? default,
        CreatedAt = row.Time("created_at"),
        ExpiresAt = row.TimeOrNull("expires_at"),
    };

    private static ValueListItem ReadItem(Row row) => new(row.Text("value"), row.Text("description"), row.Time("created_at"));

    private static ValueList ReadList(Row row, ILookup<Guid, ValueListItem> items) => new()
    {
        Id = row.Id("id"),
        Name = row.Text("name"),
        Kind = ColumnText.ToListKind(row.Text("kind")),
        Description = row.Text("description"),
        Items = [.. items[row.Id("id")]],
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
    };

    private static Organization ReadOrganization(Row row) => new()
    {
        Name = row.Text("name"),
        AuthDomain = row.Text("auth_domain"),
        SessionDuration = row.DurationOrNull("session_duration"),
        ServiceTokenInactivity = row.TextOrNull("inactivity_action") is { } action
            ? new ServiceTokenInactivity(row.Number("inactivity_enabled") != 0, (int)row.Number("inactivity_days"), ColumnText.ToInactivityAction(action))
            : null,
        Kept = ColumnText.ToKept(row.Text("kept")),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
    };
}
