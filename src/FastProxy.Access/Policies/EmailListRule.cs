using System.Text.Json;
using FastProxy.Access.Lists;

namespace FastProxy.Access.Policies;

/// <summary>Holds for people whose address is in a list; case does not matter.</summary>
/// <param name="ListId">The id of the list.</param>
public sealed record EmailListRule(Guid ListId) : Rule
{
    internal const string Key = "email_list";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override bool IsAboutPeople => true;

    internal override Guid? NamedList => ListId;

    internal override ValueListKind? NamedListKind => ValueListKind.Email;

    internal override RuleMatch Match(in RuleContext context) =>
        context.Identity is not { } identity ? context.Absent(OpenFacts.Identity)
        : !context.Snapshot.TryGetEmails(ListId, out var emails) ? RuleMatch.Unknown
        : emails.Contains(identity.Email) ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteId(writer, "id", ListId);
}
