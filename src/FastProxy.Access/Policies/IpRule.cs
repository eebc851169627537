using System.Net;
using System.Text.Json;

namespace FastProxy.Access.Policies;

/// <summary>Holds for addresses in a network. An address that is not known is in no include and no require, and in every exclude.</summary>
public sealed record IpRule : Rule
{
    internal const string Key = "ip";

    private readonly AddressBlock _block;

    /// <summary>A rule for a network.</summary>
    /// <param name="network">IPv4 or IPv6; one address is a network of full length. See <see cref="NetworkText"/>.</param>
    public IpRule(IPNetwork network)
    {
        Network = network;
        _block = AddressBlock.From(network);
    }

    /// <summary>The network.</summary>
    public IPNetwork Network { get; }

    /// <inheritdoc/>
    public override string Selector => Key;

    internal override RuleMatch Match(in RuleContext context) =>
        !context.Address.IsKnown ? RuleMatch.Unknown
        : _block.Contains(context.Address) ? RuleMatch.Yes
        : RuleMatch.No;

    internal override void WriteValue(Utf8JsonWriter writer) => WriteText(writer, "ip", NetworkText.Format(Network));

    internal static Rule Read(RuleValue value)
    {
        if (!NetworkText.TryParse(value.Text("ip"), out var network, out var error))
        {
            value.Fail(error);
        }

        return new IpRule(network);
    }
}
