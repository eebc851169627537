using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>What ssh does under <c>ProxyUseFdpass yes</c>: starts the command on one end of a socket pair and receives a descriptor at the other.</summary>
internal static partial class PassedSocket
{
    private const int UnixFamily = 1;
    private const int StreamSocket = 1;
    private const int SocketLevel = 1;
    private const int PassDescriptors = 1;
    private const int CloseOnExec = 2;

    /// <summary>Runs the command to its end and returns the socket that it passed.</summary>
    public static async Task<Socket> ReceiveAsync(string binary, params string[] arguments)
    {
        int ours, theirs;
        (ours, theirs) = OpenPair();
        try
        {
            // The program inherits the pair as it is; bash, because other shells take descriptors of one digit only.
            var redirected = string.Create(CultureInfo.InvariantCulture, $"exec \"$0\" \"$@\" <&{theirs} >&{theirs} {theirs}>&-");
            (await RunningProgram.RunAsync("bash", ["-c", redirected, binary, .. arguments])).MustSucceed();
            return new Socket(new SafeSocketHandle(Receive(ours), ownsHandle: true));
        }
        finally
        {
            _ = Close(ours);
            _ = Close(theirs);
        }
    }

    private static unsafe (int Ours, int Theirs) OpenPair()
    {
        var pair = stackalloc int[2];
        Check(SocketPair(UnixFamily, StreamSocket, 0, pair));

        // Ours must not be the program's, or it would wait for itself.
        Check(FileControl(pair[0], CloseOnExec, 1));
        return (pair[0], pair[1]);
    }

    private static unsafe int Receive(int socket)
    {
        byte one;
        var vector = new Vector { Base = &one, Length = 1 };
        DescriptorMessage control;
        var message = new Message { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = sizeof(DescriptorMessage) };
        Assert.Equal(1, ReceiveMessage(socket, &message, 0));
        Assert.Equal((SocketLevel, PassDescriptors), (control.Level, control.Type));
        return control.Descriptor;
    }

    private static void Check(int result) => Assert.True(result >= 0, Marshal.GetLastPInvokeErrorMessage());

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static unsafe partial int SocketPair(int family, int type, int protocol, int* descriptors);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static unsafe partial nint ReceiveMessage(int socket, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    /// <summary>struct iovec.</summary>
    private unsafe struct Vector
    {
        public void* Base;
        public nint Length;
    }

    /// <summary>struct msghdr, 64-bit.</summary>
    private unsafe struct Message
    {
        public void* Name;
        public ulong NameLength;
        public Vector* Vectors;
        public nint VectorCount;
        public void* Control;
        public nint ControlLength;
        public int Flags;
    }

    /// <summary>struct cmsghdr with one descriptor behind it, padded as CMSG_SPACE has it.</summary>
    private struct DescriptorMessage
    {
        public nint Length;
        public int Level;
        public int Type;
        public int Descriptor;
        public int Padding;
    }
}
