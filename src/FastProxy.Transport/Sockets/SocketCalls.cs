using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastProxy.Transport.Sockets;

/// <summary>Non-blocking system calls on a socket. Errors are values: the negated errno.</summary>
internal static unsafe partial class SocketCalls
{
    public const int WouldBlock = -11;
    public const int InProgress = -115;
    public const int Closed = -9;

    /// <summary>Ranges gathered into one call; a batch between our own peers has two or three.</summary>
    private const int MostRanges = 16;

    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;

    /// <summary>Returns the bytes received, 0 at the end of the stream, or a negated errno.</summary>
    public static int Receive(SafeSocketHandle socket, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            return Result(recv(socket, first, buffer.Length, DontWait));
        }
    }

    /// <summary>Returns the bytes sent, at least 1, or a negated errno.</summary>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            return Result(send(socket, first, buffer.Length, DontWait | NoSignal));
        }
    }

    /// <summary>Sends ranges of one buffer in one call, from <paramref name="skip"/> bytes into the first on. Returns the bytes sent or a negated errno.</summary>
    public static int Send(SafeSocketHandle socket, byte[] buffer, ReadOnlySpan<ArraySegment<byte>> ranges, int skip)
    {
        var vectors = stackalloc Vector[MostRanges];
        var count = Math.Min(ranges.Length, MostRanges);
        fixed (byte* first = buffer)
        {
            for (var i = 0; i < count; i++)
            {
                vectors[i] = new Vector { Base = first + ranges[i].Offset, Length = ranges[i].Count };
            }

            vectors[0].Base += skip;
            vectors[0].Length -= skip;
            var message = new Message { Vectors = vectors, VectorCount = count };
            return Result(sendmsg(socket, &message, DontWait | NoSignal));
        }
    }

    /// <summary>Begins to connect: 0, or a negated errno (<see cref="InProgress"/> where it goes on in the background).</summary>
    public static int Connect(SafeSocketHandle socket, ReadOnlySpan<byte> address)
    {
        fixed (byte* first = address)
        {
            return Result(connect(socket, first, address.Length));
        }
    }

    /// <summary>The errno of a system call as .NET names it.</summary>
    public static SocketError ToSocketError(int result) => -result switch
    {
        0 => SocketError.Success,
        1 or 13 => SocketError.AccessDenied,
        2 => SocketError.AddressNotAvailable,
        111 => SocketError.ConnectionRefused,
        9 => SocketError.OperationAborted,
        11 => SocketError.WouldBlock,
        24 or 23 => SocketError.TooManyOpenSockets,
        32 => SocketError.Shutdown,
        98 => SocketError.AddressAlreadyInUse,
        99 => SocketError.AddressNotAvailable,
        100 => SocketError.NetworkDown,
        101 => SocketError.NetworkUnreachable,
        104 => SocketError.ConnectionReset,
        105 or 12 => SocketError.NoBufferSpaceAvailable,
        107 => SocketError.NotConnected,
        110 => SocketError.TimedOut,
        113 => SocketError.HostUnreachable,
        112 => SocketError.HostDown,
        _ => SocketError.SocketError,
    };

    private static int Result(nint result) => result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeSocketHandle socket, void* buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeSocketHandle socket, void* buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(SafeSocketHandle socket, Message* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(SafeSocketHandle socket, void* address, int length);

    /// <summary>struct iovec.</summary>
    private struct Vector
    {
        public byte* Base;
        public nint Length;
    }

    /// <summary>struct msghdr (64-bit layout).</summary>
    private struct Message
    {
        public void* Name;
        public ulong NameLength;
        public Vector* Vectors;
        public nint VectorCount;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }
}
