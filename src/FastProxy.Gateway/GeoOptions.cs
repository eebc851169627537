namespace FastProxy.Gateway;

/// <summary>Where a caller's country comes from.</summary>
public sealed record GeoOptions
{
    /// <summary>A request header with an ISO 3166-1 alpha-2 code, believed from trusted proxies only.</summary>
    public required string Header { get; init; }
}
