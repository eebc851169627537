using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastProxy.Transport.Sockets;

/// <summary>Non-blocking system calls on a socket. Errors are values: the negated errno, <see cref="Closed"/> for a socket closed here.</summary>
internal static unsafe partial class SocketCalls
{
    public const int WouldBlock = -11;
    public const int InProgress = -115;
    public const int Closed = -9;

    /// <summary>splice(2) is not to be had; no errno.</summary>
    public const int NoSplice = -1000;

    /// <summary>Ranges gathered into one call; a batch between our own peers has two or three.</summary>
    private const int MostRanges = 16;

    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int More = 0x8000;
    private const uint SpliceMove = 1;
    private const uint SpliceNonBlocking = 2;

    /// <summary>Sets or clears O_NONBLOCK. A socket that is closed is left alone.</summary>
    public static void SetBlocking(SafeSocketHandle socket, bool blocking)
    {
        try
        {
            var flags = fcntl(socket, GetFlags, 0);
            _ = fcntl(socket, SetFlags, blocking ? flags & ~NonBlocking : flags | NonBlocking);
        }
        catch (ObjectDisposedException)
        {
            // Its first operation says so.
        }
    }

    /// <summary>
    /// Returns the descriptor of a connection, or a negated errno. The connection blocks: of one that does not, .NET would make the state of
    /// its own event loop as soon as it sees it.
    /// </summary>
    public static int Accept(SafeSocketHandle socket)
    {
        try
        {
            return Result(accept4(socket, null, null, CloseOnExec));
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Returns the bytes received, 0 at the end of the stream, or a negated errno.</summary>
    public static int Receive(SafeSocketHandle socket, Span<byte> buffer)
    {
        try
        {
            fixed (byte* first = buffer)
            {
                return Result(recv(socket, first, buffer.Length, DontWait));
            }
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Receives into several places. Returns like the other.</summary>
    public static int Receive(SafeSocketHandle socket, in Slots slots)
    {
        var vectors = stackalloc Vector[MostRanges];
        try
        {
            fixed (byte* first = slots.Buffer)
            {
                for (var i = 0; i < slots.Count; i++)
                {
                    vectors[i] = new Vector { Base = first + slots.Offset + (i * (slots.Length + slots.Gap)), Length = slots.Length };
                }

                var message = new Message { Vectors = vectors, VectorCount = slots.Count };
                return Result(recvmsg(socket, &message, DontWait));
            }
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Returns the bytes sent, at least 1, or a negated errno.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="buffer">At least one byte.</param>
    /// <param name="more">More follows at once: what does not fill a packet waits for it.</param>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<byte> buffer, bool more)
    {
        try
        {
            fixed (byte* first = buffer)
            {
                return Result(send(socket, first, buffer.Length, DontWait | NoSignal | (more ? More : 0)));
            }
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Receives into a pipe. Returns the bytes, 0 at the end of the stream, <see cref="NoSplice"/>, or a negated errno.</summary>
    public static int Receive(SafeSocketHandle socket, KernelPipe pipe, int most)
    {
        // EPERM, EINVAL, ENOSYS: no connection fails with these, so it is the call itself (a seccomp filter). Every other error was taken
        // off the socket by this call, and must not be asked for again: a plain receive would then see an orderly end.
        var received = Splice(socket, pipe.WriteEnd, most);
        return received is -1 or -22 or -38 ? NoSplice : received;
    }

    /// <summary>Sends what a pipe holds. Returns the bytes sent or a negated errno.</summary>
    public static int Send(SafeSocketHandle socket, KernelPipe pipe) => Splice(pipe.ReadEnd, socket, pipe.Held);

    /// <summary>Sends ranges of one buffer in one call, from <paramref name="skip"/> bytes into the first on. Returns the bytes sent or a negated errno.</summary>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<ArraySegment<byte>> ranges, int skip, bool more)
    {
        if (ranges.Length == 1)
        {
            return Send(socket, ranges[0].AsSpan(skip), more);
        }

        var vectors = stackalloc Vector[MostRanges];
        var count = Math.Min(ranges.Length, MostRanges);
        try
        {
            fixed (byte* first = ranges[0].Array)
            {
                for (var i = 0; i < count; i++)
                {
                    vectors[i] = new Vector { Base = first + ranges[i].Offset, Length = ranges[i].Count };
                }

                vectors[0].Base += skip;
                vectors[0].Length -= skip;
                var message = new Message { Vectors = vectors, VectorCount = count };
                return Result(sendmsg(socket, &message, DontWait | NoSignal | (more ? More : 0)));
            }
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Reads the kernel's account of a TCP connection. False where there is none.</summary>
    public static bool TryGetAccount(SafeSocketHandle socket, out TcpAccount account)
    {
        // struct tcp_info of linux/tcp.h: eight bytes, then numbers of 32 bits. Only its beginning is asked for, which every kernel has.
        const int ProtocolTcp = 6;
        const int TcpInfo = 11;
        var info = stackalloc uint[15];
        var length = 15 * sizeof(uint);
        account = default;
        try
        {
            if (getsockopt(socket, ProtocolTcp, TcpInfo, info, &length) != 0 || length < 15 * sizeof(uint))
            {
                return false;
            }
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        account = new TcpAccount(((byte*)info)[3], ((byte*)info)[2], info[6], info[11], info[14]);
        return true;
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
        -NoSplice => SocketError.OperationNotSupported,
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
        103 => SocketError.ConnectionAborted,
        104 => SocketError.ConnectionReset,
        105 or 12 => SocketError.NoBufferSpaceAvailable,
        107 => SocketError.NotConnected,
        110 => SocketError.TimedOut,
        113 => SocketError.HostUnreachable,
        112 => SocketError.HostDown,
        _ => SocketError.SocketError,
    };

    private static int Splice(SafeHandle from, SafeHandle to, int most)
    {
        try
        {
            return Result(splice(from, null, to, null, most, SpliceMove | SpliceNonBlocking));
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    private static int Result(nint result) => result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeSocketHandle socket, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeSocketHandle socket, void* buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeSocketHandle socket, void* buffer, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recvmsg(SafeSocketHandle socket, Message* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(SafeSocketHandle socket, Message* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint splice(SafeHandle from, long* fromOffset, SafeHandle to, long* toOffset, nint length, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(SafeSocketHandle socket, int level, int name, void* value, int* length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(SafeSocketHandle socket, void* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept4(SafeSocketHandle socket, void* address, int* length, int flags);

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
