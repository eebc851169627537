using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for callers from a country. A country that is not known is in no include and no require, and in every exclude.</summary>
/// <param name="Country">The country; a known one.</param>
public sealed record GeoRule(CountryCode Country) : Rule
{
    internal const string Key = "geo";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override RuleMatch Match(in RuleContext context) =>
        !context.Country.IsKnown ? RuleMatch.Unknown
        : context.Country == Country ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteText(writer, "country_code", Country.ToString());

    internal static Rule Read(RuleValue value)
    {
        var text = value.Text("country_code");
        if (!CountryCode.TryParse(text, out var country))
        {
            value.Fail($"'{text}' is no country: two letters of ISO 3166-1, such as PT");
        }

        return new GeoRule(country);
    }
}
