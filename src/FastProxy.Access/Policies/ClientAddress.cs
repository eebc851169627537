using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FastProxy.Access.Policies;

/// <summary>An address ready for comparison, or none. IPv4 in IPv6 (<c>::ffff:a.b.c.d</c>) is IPv4, as it is one caller under two spellings.</summary>
internal readonly record struct ClientAddress
{
    // IPv4 keeps its value in the low 32 bits.
    private ClientAddress(UInt128 value, bool isIPv4)
    {
        Value = value;
        IsIPv4 = isIPv4;
        IsKnown = true;
    }

    public UInt128 Value { get; }

    public bool IsIPv4 { get; }

    /// <summary>False for <c>default</c>: the address is not known.</summary>
    public bool IsKnown { get; }

    public static ClientAddress From(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length))
        {
            return default;
        }

        if (length == 4)
        {
            return new ClientAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes), true);
        }

        return address.IsIPv4MappedToIPv6
            ? new ClientAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), true)
            : new ClientAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes), false);
    }

    public bool IsIn(IPNetwork network)
    {
        var start = From(network.BaseAddress);
        var width = start.IsIPv4 ? 32 : 128;
        var hostBits = width - network.PrefixLength;
        if (start.IsIPv4 && network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // ::ffff:10.0.0.0/104 is 10.0.0.0/8. A prefix below 96 reaches beyond IPv4 and is no IPv4 network.
            hostBits = 128 - network.PrefixLength;
            if (hostBits > 32)
            {
                return false;
            }
        }

        // A shift by the whole width is no shift in C#, so "everything" is a case of its own.
        return IsKnown && IsIPv4 == start.IsIPv4 && (hostBits >= width || Value >> hostBits == start.Value >> hostBits);
    }
}
