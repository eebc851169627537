using System.Runtime.InteropServices;

namespace FastProxy.Client.Native;

/// <summary>
/// Calls on unix sockets and pipes: for a process that lives a few milliseconds, in which <c>System.Net.Sockets</c> would start an engine
/// first, and for descriptors that pass from one process to another, of which it knows nothing.
/// </summary>
internal static unsafe partial class LibC
{
    public const int UnixFamily = 1;
    public const int StreamSocket = 1;
    public const int CloseOnExec = 0x80000;
    public const int Peek = 2;
    public const int NoSignal = 0x4000;
    public const int DontWait = 0x40;

    /// <summary>MSG_CMSG_CLOEXEC: a descriptor that comes with a message is not inherited by children.</summary>
    public const int CloseOnExecMessage = 0x40000000;

    public const int SocketLevel = 1;
    public const int PassDescriptors = 1;
    public const int NonBlocking = 0x800;
    public const int SetPipeSize = 1031;
    public const int NoEntry = 2;
    public const int ConnectionRefused = 111;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    internal static partial int OpenSocketPair(int family, int type, int protocol, int* descriptors);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    internal static partial int Connect(int descriptor, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    internal static partial nint SendMessage(SafeHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    internal static partial nint ReceiveMessage(int descriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    internal static partial int OpenPipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    /// <summary>struct msghdr, 64-bit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageHeader
    {
        public void* Name;
        public ulong NameLength;
        public Vector* Vectors;
        public nint VectorCount;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Vector
    {
        public void* Base;
        public nint Length;
    }

    /// <summary>struct cmsghdr with one descriptor behind it, padded as CMSG_SPACE has it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DescriptorMessage
    {
        /// <summary>CMSG_LEN(sizeof(int)): the header and the descriptor, without the padding.</summary>
        public const int LengthWithoutPadding = 20;

        public nint Length;
        public int Level;
        public int Type;
        public int Descriptor;
        public int Padding;
    }
}
