using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Text;

namespace FastProxy.Transport.Listening;

/// <summary>
/// The header with which a load balancer says on whose behalf it connects: the PROXY protocol, versions 1 (a line of text) and 2 (binary).
/// </summary>
/// <remarks>
/// <code>
///  v1:  "PROXY" SP ("TCP4" | "TCP6") SP source SP destination SP port SP port CR LF      at most 107 bytes
///       "PROXY" SP "UNKNOWN" … CR LF
///
///  v2:  0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A   signature
///       vvvv cccc                             version 2; command: 0 LOCAL (the balancer itself), 1 PROXY
///       ffff tttt                             family: 1 IPv4, 2 IPv6, 3 unix; transport: 1 stream
///       length (16 bits)                      of what follows: addresses, ports, then extensions, which are skipped
/// </code>
/// A pure function of its bytes: it neither waits nor allocates more than the address.
/// </remarks>
/// <param name="IsLocal">Whether the balancer speaks for itself (a health check): its own address is the client's.</param>
/// <param name="Source">The client; null where the balancer does not know, or it is none with an address.</param>
public readonly record struct ProxyHeader(bool IsLocal, IPEndPoint? Source)
{
    /// <summary>The longest header that is read: the fixed part, and room for extensions as large as real ones (a TLS client's names).</summary>
    public const int MaxLength = 2048;

    /// <summary>The longest line of version 1, with its end.</summary>
    private const int MaxLineLength = 107;

    /// <summary>The shortest line of version 1: <c>PROXY UNKNOWN</c>. No header of either version is shorter.</summary>
    private const int MinLength = 15;
    private const int FixedLength = 16;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads a header from its first byte on.</summary>
    /// <param name="bytes">What was received of it, never more.</param>
    /// <param name="header">The header; meaningful where the result is <see cref="ProxyHeaderStatus.Complete"/>.</param>
    /// <param name="missing">How many bytes are missing at least: so many may be read without taking one that is not the header's.</param>
    public static ProxyHeaderStatus TryParse(ReadOnlySpan<byte> bytes, out ProxyHeader header, out int missing)
    {
        header = default;
        missing = 0;
        if (StartsAlike(bytes, Signature))
        {
            return bytes.Length < FixedLength ? Incomplete((bytes.Length == 0 ? MinLength : FixedLength) - bytes.Length, out missing) : ParseBinary(bytes, out header, out missing);
        }

        if (!StartsAlike(bytes, "PROXY "u8))
        {
            return ProxyHeaderStatus.Invalid;
        }

        if (bytes.Length < MinLength)
        {
            return Incomplete(MinLength - bytes.Length, out missing);
        }

        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            return bytes.Length >= MaxLineLength ? ProxyHeaderStatus.Invalid : Incomplete(bytes[^1] == '\r' ? 1 : 2, out missing);
        }

        return end == bytes.Length - 1 && end < MaxLineLength && bytes[end - 1] == '\r' ? ParseLine(bytes[..(end - 1)], out header) : ProxyHeaderStatus.Invalid;
    }

    private static bool StartsAlike(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> whole)
    {
        var length = Math.Min(bytes.Length, whole.Length);
        return bytes[..length].SequenceEqual(whole[..length]);
    }

    private static ProxyHeaderStatus Incomplete(int bytes, out int missing)
    {
        missing = bytes;
        return ProxyHeaderStatus.Incomplete;
    }

    private static ProxyHeaderStatus ParseLine(ReadOnlySpan<byte> line, out ProxyHeader header)
    {
        header = default;
        var rest = line["PROXY ".Length..];
        if (rest.SequenceEqual("UNKNOWN"u8) || rest.StartsWith("UNKNOWN "u8))
        {
            return ProxyHeaderStatus.Complete;
        }

        var version4 = rest.StartsWith("TCP4 "u8);
        if (!version4 && !rest.StartsWith("TCP6 "u8))
        {
            return ProxyHeaderStatus.Invalid;
        }

        rest = rest[5..];
        if (!TryTakeAddress(ref rest, version4, out var source)
            || !TryTakeAddress(ref rest, version4, out _)
            || !TryTakePort(ref rest, last: false, out var port)
            || !TryTakePort(ref rest, last: true, out _))
        {
            return ProxyHeaderStatus.Invalid;
        }

        header = new ProxyHeader(IsLocal: false, new IPEndPoint(source!, port));
        return ProxyHeaderStatus.Complete;
    }

    private static bool TryTakeAddress(ref ReadOnlySpan<byte> rest, bool version4, out IPAddress? address)
    {
        address = null;
        var space = rest.IndexOf((byte)' ');
        if (space is <= 0 or > 39)
        {
            return false;
        }

        // Only what an address is written with: no zone, no brackets, and of IPv4 no 010.1 and no 0x7f, which readers understand differently.
        Span<char> text = stackalloc char[space];
        Encoding.Latin1.GetChars(rest[..space], text);
        rest = rest[(space + 1)..];
        if (version4)
        {
            return !text.ContainsAnyExcept("0123456789.") && IPAddress.TryParse(text, out address) && text.SequenceEqual(address.ToString());
        }

        return !text.ContainsAnyExcept("0123456789abcdefABCDEF:.") && text.Contains(':') && IPAddress.TryParse(text, out address);
    }

    private static bool TryTakePort(ref ReadOnlySpan<byte> rest, bool last, out int port)
    {
        var end = last ? rest.Length : rest.IndexOf((byte)' ');
        port = 0;
        if (end is <= 0 or > 5
            || rest[..end].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || (end > 1 && rest[0] == '0')
            || !Utf8Parser.TryParse(rest[..end], out port, out _)
            || port > ushort.MaxValue)
        {
            return false;
        }

        rest = last ? default : rest[(end + 1)..];
        return true;
    }

    private static ProxyHeaderStatus ParseBinary(ReadOnlySpan<byte> bytes, out ProxyHeader header, out int missing)
    {
        header = default;
        missing = 0;
        var (version, command) = (bytes[12] >> 4, bytes[12] & 0xF);
        var length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (version != 2 || command > 1 || length > MaxLength || bytes.Length > length)
        {
            return ProxyHeaderStatus.Invalid;
        }

        if (bytes.Length < length)
        {
            return Incomplete(length - bytes.Length, out missing);
        }

        var body = bytes[FixedLength..];
        if (command == 0)
        {
            header = new ProxyHeader(IsLocal: true, null);
            return ProxyHeaderStatus.Complete;
        }

        switch (bytes[13])
        {
            case 0x11 when body.Length >= 12:
                header = new ProxyHeader(false, new IPEndPoint(new IPAddress(body[..4]), BinaryPrimitives.ReadUInt16BigEndian(body[8..])));
                return ProxyHeaderStatus.Complete;
            case 0x21 when body.Length >= 36:
                header = new ProxyHeader(false, new IPEndPoint(new IPAddress(body[..16]), BinaryPrimitives.ReadUInt16BigEndian(body[32..])));
                return ProxyHeaderStatus.Complete;
            case 0x11 or 0x21:
                return ProxyHeaderStatus.Invalid;
            default:
                // Unspecified, datagrams, unix sockets: well-formed, and no address that a rule could know.
                return ProxyHeaderStatus.Complete;
        }
    }
}
