using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace FastProxy.Admin.Hosting;

/// <summary>
/// The unix socket of the API, bound so that there is no moment in which anybody but its owner could connect. A lock beside it tells a
/// socket that a dead process left from that of a live one.
/// </summary>
internal sealed partial class AdminSocket : IDisposable
{
    // sun_path of sockaddr_un holds 108 bytes, the last of them a zero.
    private const int MaxPathBytes = 107;

    // Everything but reading and writing by the owner.
    private const uint OwnerOnly = 0b_001_111_111;

    // Null where it is somebody else's to give up.
    private readonly FileStream? _lock;

    private AdminSocket(string path, FileStream? ownership)
    {
        Path = path;
        _lock = ownership;
    }

    /// <summary>The path of the socket.</summary>
    public string Path { get; }

    /// <summary>Claims the socket of a directory: afterwards it is this process's to bind.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="logger">Learns of a socket that was left behind.</param>
    /// <param name="isLocked">Whether this process holds the directory's lock already, and for longer than the socket lives; else it is taken with it.</param>
    /// <exception cref="IOException">Another gateway has it, or the path cannot be one; the message says which.</exception>
    public static AdminSocket Claim(string directory, ILogger logger, bool isLocked)
    {
        var path = System.IO.Path.Combine(directory, AdminServer.SocketName);
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
        {
            throw new IOException($"the path of the admin socket {path} is longer than the {MaxPathBytes} bytes a unix socket may have: choose a shorter data_dir");
        }
        var ownership = isLocked ? null : DirectoryLock.Take(directory);
        try
        {
            if (File.Exists(path))
            {
                // We hold the lock, so whoever left it is gone.
                File.Delete(path);
                AdminLog.StaleSocket(logger, path);
            }
            return new AdminSocket(path, ownership);
        }
        catch
        {
            ownership?.Dispose();
            throw;
        }
    }

    /// <summary>Creates and binds a socket whose file has mode 0600 from its first moment on.</summary>
    public Socket Bind(System.Net.EndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        // The mask belongs to the process: a file another thread creates in this moment is narrower than meant, never wider.
        var mask = Umask(OwnerOnly);
        try
        {
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            _ = Umask(mask);
        }
    }

    /// <summary>Removes the socket and gives the lock up.</summary>
    public void Dispose()
    {
        File.Delete(Path);
        // The lock file stays: who removes it races with who has just opened it.
        _lock?.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint Umask(uint mask);
}
