using System.Buffers.Binary;
using System.Net.Sockets;

namespace FastProxy.Load;

/// <summary>What the load tells the origin first: one byte, and behind the bulk ones the length as eight little-endian bytes.</summary>
internal static class Request
{
    /// <summary>The origin receives a length, checks it, and answers with the nanoseconds it took as eight little-endian bytes.</summary>
    public const byte Sink = (byte)'U';

    /// <summary>The origin sends a length.</summary>
    public const byte Source = (byte)'D';

    /// <summary>The origin echoes from a thread of its own: the shortest answer.</summary>
    public const byte Echo = (byte)'E';

    /// <summary>The origin echoes without a thread: for thousands at once.</summary>
    public const byte PooledEcho = (byte)'A';

    public static void Send(Socket socket, byte kind, long length)
    {
        Span<byte> request = stackalloc byte[1 + sizeof(long)];
        request[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(request[1..], length);
        Loopback.SendAll(socket, request);
    }

    public static long ReceiveNumber(Socket socket)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        Loopback.ReceiveExactly(socket, number);
        return BinaryPrimitives.ReadInt64LittleEndian(number);
    }

    public static void SendNumber(Socket socket, long value)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, value);
        Loopback.SendAll(socket, number);
    }
}
