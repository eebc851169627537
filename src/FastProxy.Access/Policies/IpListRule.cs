using System.Text.Json;
using FastProxy.Access.Lists;

namespace FastProxy.Access.Policies;

/// <summary>Holds for addresses in one of a list's networks. An address that is not known is in no include and no require, and in every exclude.</summary>
/// <param name="ListId">The id of the list.</param>
public sealed record IpListRule(Guid ListId) : Rule
{
    internal const string Key = "ip_list";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override Guid? NamedList => ListId;

    internal override ValueListKind? NamedListKind => ValueListKind.Ip;

    // A store refuses a list that is not there; were it so all the same, "not known" is the value that admits nobody.
    internal override RuleMatch Match(in RuleContext context) =>
        !context.Address.IsKnown || !context.Snapshot.TryGetAddresses(ListId, out var addresses) ? RuleMatch.Unknown
        : addresses.Contains(context.Address) ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteId(writer, "id", ListId);
}
