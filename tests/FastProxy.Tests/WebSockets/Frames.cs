using System.Text;
using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

/// <summary>Builds frames for the tests.</summary>
internal static class Frames
{
    internal const uint Key = 0x7F3A_01C5;

    internal static byte[] FromServer(Opcode opcode, ReadOnlySpan<byte> payload, bool fin = true) => Make(opcode, payload, fin, false, 0);

    internal static byte[] FromClient(Opcode opcode, ReadOnlySpan<byte> payload, bool fin = true, uint key = Key) => Make(opcode, payload, fin, true, key);

    internal static byte[] Make(Opcode opcode, ReadOnlySpan<byte> payload, bool fin, bool masked, uint key)
    {
        var frame = new byte[FrameHeader.Length(payload.Length, masked) + payload.Length];
        var header = FrameHeader.Write(frame, opcode, fin, payload.Length, masked, key);
        payload.CopyTo(frame.AsSpan(header));
        if (masked)
        {
            Mask.Apply(frame.AsSpan(header), key);
        }

        return frame;
    }

    internal static byte[] ClosePayload(ushort code, string reason) => [(byte)(code >> 8), (byte)code, .. Encoding.UTF8.GetBytes(reason)];

    internal static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)(i * 31 + (i >> 8));
        }

        return bytes;
    }
}
