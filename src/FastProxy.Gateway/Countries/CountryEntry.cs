using MaxMind.Db;

namespace FastProxy.Gateway.Countries;

/// <summary>What a <see cref="CountryRecord"/> says of the country.</summary>
internal sealed class CountryEntry
{
    /// <summary>ISO 3166-1 alpha-2.</summary>
    [MapKey("iso_code")]
    public string? IsoCode { get; init; }
}
