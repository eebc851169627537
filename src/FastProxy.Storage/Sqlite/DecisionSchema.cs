namespace FastProxy.Storage.Sqlite;

/// <summary>The schema of <c>decisions.db</c>, one script a version; a script that was released never changes.</summary>
internal static class DecisionSchema
{
    public static readonly string[] Migrations =
    [
        """
        CREATE TABLE decisions (
            id INTEGER PRIMARY KEY,
            time TEXT NOT NULL,
            request_id TEXT NOT NULL,
            allowed INTEGER NOT NULL,
            reason TEXT NOT NULL,
            application_id TEXT,
            application_name TEXT,
            domain TEXT,
            token_id TEXT,
            client_id TEXT,
            token_name TEXT,
            address TEXT,
            policy_id TEXT,
            destination TEXT,
            user_agent TEXT,
            bytes_up INTEGER,
            bytes_down INTEGER,
            duration_ms INTEGER
        ) STRICT;
        CREATE INDEX decisions_time ON decisions (time);
        """,
    ];
}
