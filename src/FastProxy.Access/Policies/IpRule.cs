using System.Net;
using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for addresses in a network. An address that is not known is in no include and no require, and in every exclude.</summary>
/// <param name="Network">IPv4 or IPv6; one address is a network of full length. See <see cref="NetworkText"/>.</param>
public sealed record IpRule(IPNetwork Network) : Rule
{
    internal const string Key = "ip";

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override RuleMatch Match(in RuleContext context) =>
        !context.Address.IsKnown ? RuleMatch.Unknown
        : context.Address.IsIn(Network) ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("ip", NetworkText.Format(Network));
        writer.WriteEndObject();
    }
}
