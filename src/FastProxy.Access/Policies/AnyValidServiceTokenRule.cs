using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for every service token that is in force.</summary>
public sealed record AnyValidServiceTokenRule : Rule
{
    internal const string Key = "any_valid_service_token";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override RuleMatch Match(in RuleContext context) => context.Token is not null ? RuleMatch.Yes : context.Absent(OpenFacts.Token);

    internal override void WriteValue(Utf8JsonWriter writer) => WriteEmpty(writer);
}
