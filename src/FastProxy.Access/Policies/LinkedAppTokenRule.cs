using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for requests that carry a valid token issued for another application.</summary>
/// <param name="ApplicationId">The id of that application.</param>
public sealed record LinkedAppTokenRule(Guid ApplicationId) : Rule
{
    internal const string Key = "linked_app_token";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override Guid? NamedApplication => ApplicationId;

    internal override RuleMatch Match(in RuleContext context) => context.LinkedApplicationId == ApplicationId ? RuleMatch.Yes : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteId(writer, "app_uid", ApplicationId);
}
