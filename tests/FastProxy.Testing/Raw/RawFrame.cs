using System.Buffers.Binary;

namespace FastProxy.Testing.Raw;

/// <summary>A frame of which everything can be wrong: reserved bits and opcodes, the form of the length, the length itself, the mask.</summary>
/// <param name="FirstByte">FIN, RSV 1–3 and opcode as they go out.</param>
/// <param name="Payload">The payload as it goes out, masked if <paramref name="Key"/> is there.</param>
public sealed record RawFrame(byte FirstByte, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The masking key, its first byte the least significant; null sends MASK 0.</summary>
    public uint? Key { get; init; }

    /// <summary>The length that the header claims; null for the payload's own.</summary>
    public ulong? ClaimedLength { get; init; }

    /// <summary>How many bytes of extended length to write, 0, 2 or 8; null for the shortest form.</summary>
    public int? ExtendedLength { get; init; }

    /// <summary>The bytes on the wire: the header, and as much payload as there is.</summary>
    public byte[] ToArray()
    {
        var length = ClaimedLength ?? (ulong)Payload.Length;
        var extended = ExtendedLength ?? (length <= 125 ? 0 : length <= ushort.MaxValue ? 2 : 8);
        var keyLength = Key is null ? 0 : sizeof(uint);
        var header = 2 + extended + keyLength;
        var frame = new byte[header + Payload.Length];
        frame[0] = FirstByte;
        frame[1] = (byte)((Key is null ? 0 : 0x80) | (extended switch { 0 => (int)length & 0x7F, 2 => 126, _ => 127 }));
        if (extended == 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)length);
        }
        else if (extended == 8)
        {
            BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), length);
        }

        Payload.Span.CopyTo(frame.AsSpan(header));
        if (Key is { } key)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(2 + extended), key);
            for (var i = 0; i < Payload.Length; i++)
            {
                frame[header + i] ^= (byte)(key >> (8 * (i % 4)));
            }
        }

        return frame;
    }
}
