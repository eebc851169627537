using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for people who signed in by one identity provider.</summary>
/// <param name="ProviderId">The id of the provider.</param>
public sealed record LoginMethodRule(Guid ProviderId) : Rule
{
    internal const string Key = "login_method";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override bool IsAboutPeople => true;

    internal override RuleMatch Match(in RuleContext context) =>
        context.Identity is not { } identity ? context.Absent(OpenFacts.Identity)
        : identity.ProviderId == ProviderId ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteId(writer, "id", ProviderId);
}
