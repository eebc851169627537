namespace FastProxy.Storage.Sqlite;

/// <summary>
/// The schema of <c>access.db</c>, one script a version; a script that was released never changes. Times are RFC 3339 text in UTC,
/// durations Go text, rules the API's JSON, ids lower-case UUID text: a person can read the file. SQLite 3.40 at most.
/// </summary>
internal static class AccessSchema
{
    public static readonly string[] Migrations =
    [
        """
        CREATE TABLE meta (version INTEGER NOT NULL) STRICT;
        INSERT INTO meta (version) VALUES (0);

        CREATE TABLE service_tokens (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            client_id TEXT NOT NULL UNIQUE,
            secret_hash BLOB NOT NULL,
            previous_secret_hash BLOB,
            previous_secret_expires_at TEXT,
            secret_version INTEGER NOT NULL,
            duration TEXT,
            expires_at TEXT,
            enabled INTEGER NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE service_token_uses (
            token_id TEXT PRIMARY KEY NOT NULL REFERENCES service_tokens (id) ON DELETE CASCADE,
            last_seen_at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE groups (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            include TEXT NOT NULL,
            require TEXT NOT NULL,
            exclude TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE applications (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            type TEXT NOT NULL,
            aud TEXT NOT NULL UNIQUE,
            domains TEXT NOT NULL,
            origin TEXT,
            session_duration TEXT,
            read_service_tokens_from_header TEXT,
            allowed_destinations TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE policies (
            application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
            id TEXT NOT NULL,
            name TEXT NOT NULL,
            decision TEXT NOT NULL,
            precedence INTEGER NOT NULL,
            include TEXT NOT NULL,
            require TEXT NOT NULL,
            exclude TEXT NOT NULL,
            session_duration TEXT,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            PRIMARY KEY (application_id, id),
            UNIQUE (application_id, precedence)
        ) STRICT;
        """,
    ];
}
