using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;

namespace FastProxy.Storage.Sqlite;

/// <summary>Writes objects into <c>access.db</c>. Call within a transaction.</summary>
internal static partial class AccessWriter
{
    public static void SetVersion(SqliteDatabase database, long version) =>
        database.Execute("UPDATE meta SET version = $version", ("$version", version));

    public static void Write(SqliteDatabase database, ServiceToken token) => database.Execute(
        """
        INSERT INTO service_tokens (id, name, client_id, secret_hash, previous_secret_hash, previous_secret_expires_at, secret_version,
            duration, expires_at, enabled, canary, created_at, updated_at)
        VALUES ($id, $name, $client_id, $secret, $previous, $previous_end, $secret_version, $duration, $expires_at, $enabled, $canary, $created, $updated)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, client_id = excluded.client_id, secret_hash = excluded.secret_hash,
            previous_secret_hash = excluded.previous_secret_hash, previous_secret_expires_at = excluded.previous_secret_expires_at,
            secret_version = excluded.secret_version, duration = excluded.duration, expires_at = excluded.expires_at,
            enabled = excluded.enabled, canary = excluded.canary, updated_at = excluded.updated_at
        """,
        ("$id", ColumnText.Of(token.Id)),
        ("$name", token.Name),
        ("$client_id", token.ClientId),
        ("$secret", token.Secret.ToByteArray()),
        ("$previous", token.PreviousSecret?.ToByteArray()),
        ("$previous_end", ColumnText.Of(token.PreviousSecretExpiresAt)),
        ("$secret_version", token.SecretVersion),
        ("$duration", ColumnText.Of(token.Duration)),
        ("$expires_at", ColumnText.Of(token.ExpiresAt)),
        ("$enabled", token.Enabled ? 1 : 0),
        ("$canary", token.IsCanary ? 1 : 0),
        ("$created", ColumnText.Of(token.CreatedAt)),
        ("$updated", ColumnText.Of(token.UpdatedAt)));

    public static void Write(SqliteDatabase database, Group group) => database.Execute(
        """
        INSERT INTO groups (id, name, is_default, include, require, exclude, created_at, updated_at)
        VALUES ($id, $name, $is_default, $include, $require, $exclude, $created, $updated)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, is_default = excluded.is_default, include = excluded.include,
            require = excluded.require, exclude = excluded.exclude, updated_at = excluded.updated_at
        """,
        ("$id", ColumnText.Of(group.Id)),
        ("$name", group.Name),
        ("$is_default", group.IsDefault ? 1 : 0),
        ("$include", ColumnText.Of(group.Include)),
        ("$require", ColumnText.Of(group.Require)),
        ("$exclude", ColumnText.Of(group.Exclude)),
        ("$created", ColumnText.Of(group.CreatedAt)),
        ("$updated", ColumnText.Of(group.UpdatedAt)));

    /// <summary>Writes the application and all of its policies: those that are gone go, and an exchange of precedences needs no order.</summary>
    public static void Write(SqliteDatabase database, Application application)
    {
        var id = ColumnText.Of(application.Id);
        database.Execute(
            """
            INSERT INTO applications (id, name, type, aud, domains, origin, session_duration, read_service_tokens_from_header,
                allowed_destinations, kept, created_at, updated_at)
            VALUES ($id, $name, $type, $aud, $domains, $origin, $session_duration, $header, $destinations, $kept, $created, $updated)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, type = excluded.type, aud = excluded.aud, domains = excluded.domains,
                origin = excluded.origin, session_duration = excluded.session_duration,
                read_service_tokens_from_header = excluded.read_service_tokens_from_header,
                allowed_destinations = excluded.allowed_destinations, kept = excluded.kept, updated_at = excluded.updated_at
            """,
            ("$id", id),
            ("$name", application.Name),
            ("$type", application.Type),
            ("$aud", application.Aud),
            ("$domains", ColumnText.Of(application.Domains.Select(domain => domain.ToString()))),
            ("$origin", application.Origin?.ToString()),
            ("$session_duration", ColumnText.Of(application.SessionDuration)),
            ("$header", application.ReadServiceTokensFromHeader),
            ("$destinations", ColumnText.Of(application.AllowedDestinations.Select(pattern => pattern.ToString()))),
            ("$kept", application.Kept.Json),
            ("$created", ColumnText.Of(application.CreatedAt)),
            ("$updated", ColumnText.Of(application.UpdatedAt)));

        database.Execute("DELETE FROM policies WHERE application_id = $id", ("$id", id));
        database.Execute("DELETE FROM application_policies WHERE application_id = $id", ("$id", id));
        foreach (var policy in application.Policies)
        {
            if (policy.IsReusable)
            {
                Attach(database, id, policy);
            }
            else
            {
                Insert(database, id, policy);
            }
        }
    }

    public static void WriteReusable(SqliteDatabase database, Policy policy) => database.Execute(
        """
        INSERT INTO reusable_policies (id, name, decision, include, require, exclude, session_duration, kept, created_at, updated_at)
        VALUES ($id, $name, $decision, $include, $require, $exclude, $session_duration, $kept, $created, $updated)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, decision = excluded.decision, include = excluded.include,
            require = excluded.require, exclude = excluded.exclude, session_duration = excluded.session_duration, kept = excluded.kept,
            updated_at = excluded.updated_at
        """,
        ("$id", ColumnText.Of(policy.Id)),
        ("$name", policy.Name),
        ("$decision", policy.Action.ToApiName()),
        ("$include", ColumnText.Of(policy.Include)),
        ("$require", ColumnText.Of(policy.Require)),
        ("$exclude", ColumnText.Of(policy.Exclude)),
        ("$session_duration", ColumnText.Of(policy.SessionDuration)),
        ("$kept", policy.Kept.Json),
        ("$created", ColumnText.Of(policy.CreatedAt)),
        ("$updated", ColumnText.Of(policy.UpdatedAt)));

    public static void Delete(SqliteDatabase database, string table, Guid id) =>
        database.Execute($"DELETE FROM {table} WHERE id = $id", ("$id", ColumnText.Of(id)));

    /// <summary>Notes a use of a token that still exists; of two times the later stays, unless a wrong clock wrote it.</summary>
    public static void WriteUse(SqliteDatabase database, Guid tokenId, DateTimeOffset time) => database.Execute(
        """
        INSERT INTO service_token_uses (token_id, last_seen_at)
        SELECT id, $time FROM service_tokens WHERE id = $id
        ON CONFLICT (token_id) DO UPDATE SET last_seen_at =
            CASE WHEN last_seen_at > $wrong THEN excluded.last_seen_at ELSE max(last_seen_at, excluded.last_seen_at) END
        """,
        ("$id", ColumnText.Of(tokenId)),
        ("$time", ColumnText.Of(time)),
        ("$wrong", ColumnText.Of(time + TokenUse.Tolerance)));

    private static void Attach(SqliteDatabase database, string applicationId, Policy policy) => database.Execute(
        "INSERT INTO application_policies (application_id, policy_id, precedence) VALUES ($application_id, $policy_id, $precedence)",
        ("$application_id", applicationId),
        ("$policy_id", ColumnText.Of(policy.Id)),
        ("$precedence", policy.Precedence));

    private static void Insert(SqliteDatabase database, string applicationId, Policy policy) => database.Execute(
        """
        INSERT INTO policies (application_id, id, name, decision, precedence, include, require, exclude, session_duration, kept, created_at, updated_at)
        VALUES ($application_id, $id, $name, $decision, $precedence, $include, $require, $exclude, $session_duration, $kept, $created, $updated)
        """,
        ("$application_id", applicationId),
        ("$id", ColumnText.Of(policy.Id)),
        ("$name", policy.Name),
        ("$decision", policy.Action.ToApiName()),
        ("$precedence", policy.Precedence),
        ("$include", ColumnText.Of(policy.Include)),
        ("$require", ColumnText.Of(policy.Require)),
        ("$exclude", ColumnText.Of(policy.Exclude)),
        ("$session_duration", ColumnText.Of(policy.SessionDuration)),
        ("$kept", policy.Kept.Json),
        ("$created", ColumnText.Of(policy.CreatedAt)),
        ("$updated", ColumnText.Of(policy.UpdatedAt)));
}
