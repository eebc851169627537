using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FastProxy.Transport.Sockets;

/// <summary>epoll(7) and eventfd(2), as far as <see cref="EventLoop"/> needs them.</summary>
internal static unsafe partial class Epoll
{
    public const uint In = 0x001;
    public const uint Out = 0x004;
    public const uint Error = 0x008;
    public const uint HangUp = 0x010;
    public const uint PeerHangUp = 0x2000;
    public const uint EdgeTriggered = 1u << 31;

    /// <summary>ENOSPC: this user has as many watches as fs.epoll.max_user_watches allows.</summary>
    public const int NoWatches = 28;

    private const int BadDescriptor = 9;
    private const int AddOperation = 1;
    private const int DeleteOperation = 2;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    /// <summary>struct epoll_event; packed on x86-64, where the kernel keeps the 32-bit layout.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    public struct Event
    {
        public uint Events;
        public ulong Data;
    }

    public static SafeFileHandle Create() => Checked(epoll_create1(CloseOnExec));

    public static SafeFileHandle CreateWakeUp() => Checked(eventfd(0, CloseOnExec | NonBlocking));

    /// <summary>Begins to watch a descriptor. Returns 0, or why not: <see cref="NoWatches"/> or another error of epoll_ctl(2).</summary>
    public static int Add(SafeFileHandle epoll, SafeHandle descriptor, uint events, ulong data)
    {
        var entry = new Event { Events = events, Data = data };
        return Control(epoll, AddOperation, descriptor, &entry);
    }

    /// <summary>Stops watching a descriptor; one that is closed is not watched any more.</summary>
    public static void Delete(SafeFileHandle epoll, SafeHandle descriptor)
    {
        Event unused;
        _ = Control(epoll, DeleteOperation, descriptor, &unused);
    }

    /// <summary>Waits for events; a negative time-out waits for ever. Returns how many came, or -1 when a signal interrupted it.</summary>
    public static int Wait(SafeFileHandle epoll, Span<Event> events, int timeoutMilliseconds)
    {
        fixed (Event* first = events)
        {
            return epoll_wait(epoll, first, events.Length, timeoutMilliseconds);
        }
    }

    public static void Signal(SafeFileHandle wakeUp)
    {
        var one = 1ul;
        _ = write(wakeUp, &one, sizeof(ulong));
    }

    public static void Drain(SafeFileHandle wakeUp)
    {
        ulong count;
        _ = read(wakeUp, &count, sizeof(ulong));
    }

    private static int Control(SafeFileHandle epoll, int operation, SafeHandle descriptor, Event* entry)
    {
        try
        {
            return epoll_ctl(epoll, operation, descriptor, entry) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        catch (ObjectDisposedException)
        {
            return BadDescriptor;
        }
    }

    private static SafeFileHandle Checked(int descriptor) => descriptor >= 0
        ? new SafeFileHandle(descriptor, ownsHandle: true)
        : throw new IOException($"epoll is not available: error {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(SafeFileHandle epoll, int operation, SafeHandle descriptor, Event* entry);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(SafeFileHandle epoll, Event* events, int count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle descriptor, void* buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeFileHandle descriptor, void* buffer, nint count);
}
