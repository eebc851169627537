namespace FastProxy.Admin.Hosting;

/// <summary>The lock of a data directory: whoever holds it is its gateway, or does what must not be done beside one.</summary>
public static class DirectoryLock
{
    // EWOULDBLOCK of errno.h, on every architecture of Linux: what flock(2) says of a lock that another has.
    private const int WouldBlock = 11;

    /// <summary>Takes the lock, for as long as what is returned is not disposed and the process lives; null where another holds it.</summary>
    /// <exception cref="IOException">The lock's file cannot be opened or made; the message is for the operator.</exception>
    public static FileStream? TryTake(string directory)
    {
        var path = Path.Combine(directory, AdminServer.LockName);
        try
        {
            // FileShare.None is flock(2): the kernel gives it up with the process, however that ends.
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"the lock {path} cannot be opened: does it belong to this user?", e);
        }
    }

    /// <summary>Takes the lock for a gateway; see <see cref="TryTake"/>.</summary>
    /// <exception cref="IOException">Another gateway has it, or it cannot be taken; the message is for the operator.</exception>
    public static FileStream Take(string directory) => TryTake(directory)
        ?? throw new IOException($"another gateway is serving {Path.Combine(directory, AdminServer.SocketName)}: stop it first, or give this one a data_dir of its own");
}
