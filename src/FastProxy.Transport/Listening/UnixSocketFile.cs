using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace FastProxy.Transport.Listening;

/// <summary>
/// The file of a unix socket that we listen on. What a dead process left is taken over, what somebody listens on never, and neither is
/// anything that is not a socket. A lock on the directory keeps two processes from judging at the same time, and leaves no file behind.
/// </summary>
internal sealed partial class UnixSocketFile : IDisposable
{
    private const int ReadOnly = 0x80000; // with O_CLOEXEC
    private const int LockExclusive = 2;
    private const int WorkingDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint TypeMask = 1;
    private const int TypeBits = 0xF000;
    private const int SocketType = 0xC000;

    private readonly string _path;
    private readonly Socket _socket;

    private UnixSocketFile(string path, Socket socket)
    {
        _path = path;
        _socket = socket;
    }

    /// <summary>Binds and listens. The mode is set before the socket listens: until then every connect is refused.</summary>
    /// <exception cref="AddressInUseException">Somebody listens there.</exception>
    /// <exception cref="IOException">The path is something else, or cannot be used.</exception>
    public static (Socket Socket, UnixSocketFile File) Listen(UnixListenEndPoint endPoint, int backlog)
    {
        using var directory = DirectoryLock.Take(endPoint.Path);
        if (Exists(endPoint.Path))
        {
            if (IsAlive(endPoint.Path))
            {
                throw new AddressInUseException($"another process listens on {endPoint}");
            }

            File.Delete(endPoint.Path);
        }

        var socket = new Socket(AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(endPoint.Path));
            File.SetUnixFileMode(endPoint.Path, endPoint.Mode);
            socket.Listen(backlog);
            return (socket, new UnixSocketFile(endPoint.Path, socket));
        }
        catch (Exception exception) when (exception is SocketException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new IOException($"{endPoint}: {exception.Message}", exception);
        }
    }

    /// <summary>Closes the socket and removes its file.</summary>
    public void Dispose()
    {
        try
        {
            // Closing deletes the file a moment after the socket is dead: nobody may take the path over in between.
            using var directory = DirectoryLock.Take(_path);
            _socket.Dispose();
        }
        catch (IOException)
        {
            // The directory is gone, or not ours to open any more: then there is nothing to keep apart.
            _socket.Dispose();
        }
    }

    /// <summary>Whether there is a socket at the path; throws for anything else that is there.</summary>
    private static bool Exists(string path)
    {
        var status = new byte[256];
        if (Stat(WorkingDirectory, path, NoFollow, TypeMask, status) != 0)
        {
            return false;
        }

        // struct statx: stx_mode is the 16 bits at 28, on every architecture.
        var mode = BitConverter.ToUInt16(status, 28);
        return (mode & TypeBits) == SocketType ? true : throw new IOException($"{path} exists and is not a socket");
    }

    private static bool IsAlive(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException exception)
        {
            // Only this says that nobody listens: a full backlog (EAGAIN) or a mode that shuts us out says that somebody may.
            return exception.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int directory, string path, int flags, uint mask, byte[] status);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    /// <summary>flock(2) on the directory: the kernel gives it up with the process, however that ends.</summary>
    private readonly struct DirectoryLock(int descriptor) : IDisposable
    {
        public static DirectoryLock Take(string path)
        {
            var directory = Path.GetDirectoryName(path)!;
            var descriptor = Open(directory, ReadOnly);
            if (descriptor < 0)
            {
                throw new IOException($"the directory {directory} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
            }

            _ = Lock(descriptor, LockExclusive);
            return new DirectoryLock(descriptor);
        }

        public void Dispose() => _ = Close(descriptor);
    }
}
