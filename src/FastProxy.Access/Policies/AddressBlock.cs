using System.Net;
using System.Net.Sockets;

namespace FastProxy.Access.Policies;

/// <summary>A network ready for comparison: one mask and one equality.</summary>
internal readonly record struct AddressBlock
{
    private readonly UInt128 _mask;

    private AddressBlock(UInt128 start, int hostBits, bool isIPv4)
    {
        _mask = Mask(hostBits);
        Start = start & _mask;
        HostBits = hostBits;
        IsIPv4 = isIPv4;
    }

    /// <summary>Its first address.</summary>
    public UInt128 Start { get; }

    /// <summary>The bits beyond the prefix.</summary>
    public int HostBits { get; }

    public bool IsIPv4 { get; }

    /// <summary>The bits that count. A shift by the whole width is no shift in C#, so "everything" is a case of its own.</summary>
    public static UInt128 Mask(int hostBits) => hostBits >= 128 ? UInt128.Zero : UInt128.MaxValue << hostBits;

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

    public bool Contains(ClientAddress address) => address.IsKnown && address.IsIPv4 == IsIPv4 && (address.Value & _mask) == Start;
}
