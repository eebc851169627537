using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for one service token.</summary>
/// <param name="TokenId">The id of the token, not its client id.</param>
public sealed record ServiceTokenRule(Guid TokenId) : Rule
{
    internal const string Key = "service_token";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override Guid? NamedToken => TokenId;

    internal override RuleMatch Match(in RuleContext context) =>
        context.Token is not { } token ? context.Absent(OpenFacts.Token)
        : token.Id == TokenId ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteId(writer, "token_id", TokenId);
}
