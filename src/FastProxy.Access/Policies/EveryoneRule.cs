using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for every request.</summary>
public sealed record EveryoneRule : Rule
{
    internal const string Key = "everyone";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override RuleMatch Match(in RuleContext context) => RuleMatch.Yes;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteEmpty(writer);
}
