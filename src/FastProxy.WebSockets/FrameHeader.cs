using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace FastProxy.WebSockets;

/// <summary>Writes frame headers (RFC 6455 section 5.2), always in the shortest form and with RSV 0.</summary>
/// <remarks>
/// <code>
///  0               1               2               3
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// |F|R|R|R| opcode|M| length (7)  | 126: length in 16 bits        |
/// |I|S|S|S|  (4)  |A|             | 127: length in 64 bits,       |
/// |N|V|V|V|       |S| 0..125      |      the top bit 0            |
/// | |1|2|3|       |K|             |                               |
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// |                  masking key, 4 bytes, if MASK                |
/// +---------------------------------------------------------------+
/// </code>
/// </remarks>
public static class FrameHeader
{
    /// <summary>The longest header: 2 bytes, 8 of length, 4 of key.</summary>
    public const int MaxLength = 14;

    /// <summary>The longest payload of a control frame (RFC 6455 section 5.5), and of a header without extended length.</summary>
    public const int MaxControlPayload = 125;

    internal const byte FinBit = 0x80;
    internal const byte ReservedBits = 0x70;
    internal const byte OpcodeBits = 0x0F;
    internal const byte MaskBit = 0x80;
    internal const byte LengthBits = 0x7F;
    internal const byte Length16 = 126;
    internal const byte Length64 = 127;
    internal const int KeyLength = 4;

    /// <summary>How many bytes the header of such a frame takes: 2, 4 or 10, and 4 more if masked.</summary>
    /// <param name="payloadLength">The payload's length in bytes, from 0.</param>
    /// <param name="masked">Whether a masking key follows.</param>
    public static int Length(long payloadLength, bool masked)
    {
        var length = payloadLength <= MaxControlPayload ? 2 : payloadLength <= ushort.MaxValue ? 4 : 10;
        return masked ? length + KeyLength : length;
    }

    /// <summary>Writes a header at the start of <paramref name="destination"/>.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes; <see cref="MaxLength"/> always suffice.</param>
    /// <param name="opcode">The frame's opcode.</param>
    /// <param name="fin">Whether the frame ends its message.</param>
    /// <param name="payloadLength">The payload's length in bytes, from 0.</param>
    /// <param name="masked">Whether the payload is masked: always by a client, never by a server.</param>
    /// <param name="maskKey">The key as <see cref="Mask.Apply"/> takes it; ignored when <paramref name="masked"/> is false.</param>
    /// <returns>The header's length in bytes.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short, or the length negative.</exception>
    public static int Write(Span<byte> destination, Opcode opcode, bool fin, long payloadLength, bool masked, uint maskKey)
    {
        var length = Length(payloadLength, masked);
        if (payloadLength < 0 || destination.Length < length)
        {
            ThrowArguments();
        }

        destination[0] = (byte)((fin ? FinBit : 0) | (byte)opcode);
        var mask = masked ? MaskBit : (byte)0;
        if (payloadLength <= MaxControlPayload)
        {
            destination[1] = (byte)(mask | (byte)payloadLength);
        }
        else if (payloadLength <= ushort.MaxValue)
        {
            destination[1] = (byte)(mask | Length16);
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
        }
        else
        {
            destination[1] = (byte)(mask | Length64);
            BinaryPrimitives.WriteInt64BigEndian(destination[2..], payloadLength);
        }

        if (masked)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(length - KeyLength)..], maskKey);
        }

        return length;
    }

    [DoesNotReturn]
    private static void ThrowArguments() =>
        throw new ArgumentException("The destination is shorter than the header, or the payload's length is negative.");
}
