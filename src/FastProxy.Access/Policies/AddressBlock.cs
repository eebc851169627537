using System.Net;
using System.Net.Sockets;

namespace FastProxy.Access.Policies;

/// <summary>A network ready for comparison: one mask and one equality.</summary>
internal readonly record struct AddressBlock
{
    private readonly UInt128 _start;
    private readonly UInt128 _mask;
    private readonly bool _isIPv4;

    private AddressBlock(UInt128 start, int hostBits, bool isIPv4)
    {
        // A shift by the whole width is no shift in C#, so "everything" is a case of its own.
        _mask = hostBits >= 128 ? UInt128.Zero : UInt128.MaxValue << hostBits;
        _start = start & _mask;
        _isIPv4 = isIPv4;
    }

    /// <summary>A network of IPv4 mapped into IPv6 is the network of IPv4, as its addresses are; one that reaches beyond stays of IPv6.</summary>
    public static AddressBlock From(IPNetwork network)
    {
        var start = ClientAddress.From(network.BaseAddress);
        var width = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var hostBits = width - network.PrefixLength;
        return start.IsIPv4 && hostBits > 32
            ? new AddressBlock((UInt128)0xffff << 32 | start.Value, hostBits, false)
            : new AddressBlock(start.Value, hostBits, start.IsIPv4);
    }

    public bool Contains(ClientAddress address) => address.IsKnown && address.IsIPv4 == _isIPv4 && (address.Value & _mask) == _start;
}
