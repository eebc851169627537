using System.Buffers.Binary;
using System.Net;

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
}
