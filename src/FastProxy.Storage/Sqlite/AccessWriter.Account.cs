using FastProxy.Access.ApiTokens;
using FastProxy.Access.Lists;
using FastProxy.Access.Organizations;

namespace FastProxy.Storage.Sqlite;

/// <content>What belongs to the account rather than to its applications.</content>
internal static partial class AccessWriter
{
    public static void Write(SqliteDatabase database, ApiToken token) => database.Execute(
        """
        INSERT INTO api_tokens (id, name, scope, value_hash, created_at, expires_at)
        VALUES ($id, $name, $scope, $value, $created, $expires)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, scope = excluded.scope, value_hash = excluded.value_hash,
            expires_at = excluded.expires_at
        """,
        ("$id", ColumnText.Of(token.Id)),
        ("$name", token.Name),
        ("$scope", ColumnText.Of(token.Scope)),
        ("$value", token.Value.ToByteArray()),
        ("$created", ColumnText.Of(token.CreatedAt)),
        ("$expires", ColumnText.Of(token.ExpiresAt)));

    /// <summary>Writes the list and all of its values.</summary>
    public static void Write(SqliteDatabase database, ValueList list)
    {
        var id = ColumnText.Of(list.Id);
        database.Execute(
            """
            INSERT INTO lists (id, name, kind, description, created_at, updated_at)
            VALUES ($id, $name, $kind, $description, $created, $updated)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, updated_at = excluded.updated_at
            """,
            ("$id", id),
            ("$name", list.Name),
            ("$kind", ColumnText.Of(list.Kind)),
            ("$description", list.Description),
            ("$created", ColumnText.Of(list.CreatedAt)),
            ("$updated", ColumnText.Of(list.UpdatedAt)));

        database.Execute("DELETE FROM list_items WHERE list_id = $id", ("$id", id));
        for (var i = 0; i < list.Items.Length; i++)
        {
            var item = list.Items[i];
            database.Execute(
                "INSERT INTO list_items (list_id, position, value, description, created_at) VALUES ($id, $position, $value, $description, $created)",
                ("$id", id),
                ("$position", i),
                ("$value", item.Value),
                ("$description", item.Description),
                ("$created", ColumnText.Of(item.CreatedAt)));
        }
    }

    public static void Write(SqliteDatabase database, Organization organization) => database.Execute(
        """
        INSERT OR REPLACE INTO organization (id, name, auth_domain, session_duration, inactivity_enabled, inactivity_days, inactivity_action,
            kept, created_at, updated_at)
        VALUES (1, $name, $auth_domain, $session_duration, $enabled, $days, $action, $kept, $created, $updated)
        """,
        ("$name", organization.Name),
        ("$auth_domain", organization.AuthDomain),
        ("$session_duration", ColumnText.Of(organization.SessionDuration)),
        ("$enabled", organization.ServiceTokenInactivity is { } inactivity ? inactivity.Enabled ? 1 : 0 : null),
        ("$days", organization.ServiceTokenInactivity?.ThresholdDays),
        ("$action", organization.ServiceTokenInactivity is { } rule ? ColumnText.Of(rule.Action) : null),
        ("$kept", organization.Kept.Json),
        ("$created", ColumnText.Of(organization.CreatedAt)),
        ("$updated", ColumnText.Of(organization.UpdatedAt)));
}
