namespace FastProxy.Admin.Hosting;

/// <summary>The lock of a data directory: whoever holds it is its gateway, or does what must not be done beside one.</summary>
public static class DirectoryLock
{
    /// <summary>Takes the lock, for as long as what is returned is not disposed and the process lives; null where another process holds it.</summary>
    /// <exception cref="IOException">The lock's file cannot be made.</exception>
    public static FileStream? TryTake(string directory)
    {
        try
        {
            // FileShare.None is flock(2): the kernel gives it up with the process, however that ends.
            return new FileStream(Path.Combine(directory, AdminServer.LockName), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }
}
