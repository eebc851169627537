using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for every valid client certificate. Where none was shown, it is in no include and no require, and in every exclude.</summary>
public sealed record CertificateRule : Rule
{
    internal const string Key = "certificate";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override RuleMatch Match(in RuleContext context) =>
        context.Certificate is not null ? RuleMatch.Yes : context.Absent(OpenFacts.Certificate);

    internal override void WriteValue(Utf8JsonWriter writer) => WriteEmpty(writer);
}
