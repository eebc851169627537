using MaxMind.Db;

namespace FastProxy.Gateway.Countries;

/// <summary>What is read of a database's record; it has more.</summary>
internal sealed class CountryRecord
{
    /// <summary>The country an address is used in; absent where the database does not know.</summary>
    [MapKey("country")]
    public CountryEntry? Country { get; init; }
}
