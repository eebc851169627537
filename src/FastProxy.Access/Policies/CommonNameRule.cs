using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>
/// Holds for a valid client certificate whose subject has this one common name; case matters. Where none was shown, it is in no include
/// and no require, and in every exclude.
/// </summary>
/// <param name="CommonName">The name, whole: no wildcard.</param>
public sealed record CommonNameRule(string CommonName) : Rule
{
    internal const string Key = "common_name";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override RuleMatch Match(in RuleContext context) =>
        context.Certificate is not { } certificate ? context.Absent(OpenFacts.Certificate)
        : certificate.CommonName == CommonName ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteText(writer, "common_name", CommonName);
}
