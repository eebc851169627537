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
        """
        ALTER TABLE groups ADD COLUMN is_default INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE applications ADD COLUMN kept TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE policies ADD COLUMN kept TEXT NOT NULL DEFAULT '{}';

        CREATE TABLE reusable_policies (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            decision TEXT NOT NULL,
            include TEXT NOT NULL,
            require TEXT NOT NULL,
            exclude TEXT NOT NULL,
            session_duration TEXT,
            kept TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE application_policies (
            application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
            policy_id TEXT NOT NULL REFERENCES reusable_policies (id),
            precedence INTEGER NOT NULL,
            PRIMARY KEY (application_id, policy_id),
            UNIQUE (application_id, precedence)
        ) STRICT;

        CREATE TABLE lists (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            description TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE list_items (
            list_id TEXT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            value TEXT NOT NULL,
            description TEXT NOT NULL,
            created_at TEXT NOT NULL,
            PRIMARY KEY (list_id, position)
        ) STRICT;

        CREATE TABLE api_tokens (
            id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            scope TEXT NOT NULL,
            value_hash BLOB NOT NULL UNIQUE,
            created_at TEXT NOT NULL,
            expires_at TEXT
        ) STRICT;

        CREATE TABLE organization (
            id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
            name TEXT NOT NULL,
            auth_domain TEXT NOT NULL,
            session_duration TEXT,
            inactivity_enabled INTEGER,
            inactivity_days INTEGER,
            inactivity_action TEXT,
            kept TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT;
        """,
        """
        ALTER TABLE service_tokens ADD COLUMN canary INTEGER NOT NULL DEFAULT 0;
        """,
    ];
}
