namespace FastProxy.Gateway;

/// <summary>Which store keeps the access configuration.</summary>
public sealed record StoreOptions
{
    /// <summary>SQLite in the data directory.</summary>
    public static StoreOptions Sqlite { get; } = new();

    /// <summary>
    /// <c>postgres://user@host/database</c>, shared by several gateways; null for SQLite. May hold a password: never log it.
    /// </summary>
    public Uri? Postgres { get; init; }
}
