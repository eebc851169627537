namespace FastProxy.Gateway;

/// <summary>Where a caller's country comes from: exactly one of the two is set.</summary>
public sealed record GeoOptions
{
    /// <summary>A request header with an ISO 3166-1 alpha-2 code, believed from trusted proxies only.</summary>
    public string? Header { get; init; }

    /// <summary>Absolute path of a database of address ranges in MaxMind's format. It is reread when it changes.</summary>
    public string? Database { get; init; }
}
