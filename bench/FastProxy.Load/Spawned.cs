using System.Runtime.InteropServices;
using System.Text;

namespace FastProxy.Load;

/// <summary>
/// A program whose standard input and output are one end of a socket pair, as OpenSSH starts a ProxyCommand: the other end is in our hands,
/// and over it a descriptor may come (<c>ProxyUseFdpass</c>). Blocking calls, for one thread.
/// </summary>
internal sealed unsafe partial class Spawned : IDisposable
{
    private const int UnixFamily = 1;
    private const int StreamSocket = 1;
    private const int CloseOnExec = 0x80000;
    private const int SocketLevel = 1;
    private const int PassDescriptors = 1;
    private const int ReceiveCloseOnExec = 0x40000000;

    /// <summary>Room for glibc's posix_spawn_file_actions_t, 80 bytes on 64-bit.</summary>
    private const int ActionsSize = 256;

    private readonly int _id;
    private readonly int _end;

    private Spawned(int id, int end) => (_id, _end) = (id, end);

    /// <summary>The descriptor of our end.</summary>
    public int Descriptor => _end;

    /// <summary>Starts it. Throws <see cref="IOException"/> where it cannot be started.</summary>
    /// <param name="command">The program's path and its arguments.</param>
    public static Spawned Start(string[] command)
    {
        var pair = stackalloc int[2];
        if (SocketPair(UnixFamily, StreamSocket | CloseOnExec, 0, pair) != 0)
        {
            throw new IOException("socketpair: " + Marshal.GetLastPInvokeErrorMessage());
        }

        var actions = stackalloc byte[ActionsSize];
        _ = InitializeActions(actions);
        _ = AddDuplicate(actions, pair[1], 0);
        _ = AddDuplicate(actions, pair[1], 1);
        var texts = Array.ConvertAll(command, word => Marshal.StringToCoTaskMemUTF8(word));
        var argv = stackalloc nint[texts.Length + 1];
        texts.CopyTo(new Span<nint>(argv, texts.Length));
        argv[texts.Length] = 0;
        try
        {
            var result = Spawn(out var id, command[0], actions, null, argv, *(nint**)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "environ"));
            if (result != 0)
            {
                _ = Close(pair[0]);
                throw new IOException($"{command[0]}: {Marshal.GetPInvokeErrorMessage(result)}");
            }

            return new Spawned(id, pair[0]);
        }
        finally
        {
            _ = Close(pair[1]);
            _ = DestroyActions(actions);
            Array.ForEach(texts, Marshal.FreeCoTaskMem);
        }
    }

    /// <summary>Waits for the descriptor that the program passes; the caller's to close.</summary>
    public int ReceiveDescriptor()
    {
        byte one;
        var vector = stackalloc nint[2] { (nint)(&one), 1 };

        // struct cmsghdr with one descriptor behind it, and struct msghdr, both as on 64-bit.
        var control = stackalloc nint[3];
        var message = stackalloc nint[7] { 0, 0, (nint)vector, 1, (nint)control, 3 * sizeof(nint), 0 };
        var received = ReceiveMessage(_end, message, ReceiveCloseOnExec);
        var header = (int*)(control + 1);
        return received == 1 && message[5] > 0 && header[0] == SocketLevel && header[1] == PassDescriptors
            ? header[2]
            : throw new IOException($"{(received == 0 ? "the program ended" : "something else came")} where a descriptor was expected");
    }

    /// <summary>Writes all of it.</summary>
    public static void SendAll(int descriptor, ReadOnlySpan<byte> data)
    {
        fixed (byte* first = data)
        {
            if (Write(descriptor, first, data.Length) != data.Length)
            {
                throw new IOException("write: " + Marshal.GetLastPInvokeErrorMessage());
            }
        }
    }

    /// <summary>Waits for one byte.</summary>
    public static void ReceiveOne(int descriptor)
    {
        byte one;
        if (Read(descriptor, &one, 1) != 1)
        {
            throw new IOException("the session ended before its first byte");
        }
    }

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    /// <summary>Closes our end, which ends a relay, and waits for the program.</summary>
    public void Dispose()
    {
        _ = Close(_end);
        int status;
        _ = Wait(_id, &status, 0);
    }

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPair(int family, int type, int protocol, int* descriptors);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(out int id, string path, byte* actions, void* attributes, nint* arguments, nint* environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int descriptor, int asDescriptor);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int descriptor, nint* message, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int Wait(int id, int* status, int options);
}
