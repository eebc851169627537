using System.Runtime.InteropServices;

namespace FastProxy.Storage.Backups;

/// <summary>
/// A file in the making, beside the one it is to become and readable by its owner alone: nobody ever sees half of it, and it is gone
/// where it is not kept. Linux.
/// </summary>
internal sealed partial class PrivateCopy : IDisposable
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    private readonly string _target;

    private PrivateCopy(string path, string target)
    {
        Path = path;
        _target = target;
    }

    /// <summary>Where it is until it is kept.</summary>
    public string Path { get; }

    /// <summary>Begins an empty one.</summary>
    /// <param name="target">What it is to become.</param>
    public static PrivateCopy For(string target)
    {
        var copy = new PrivateCopy($"{target}.{Guid.NewGuid():N}.partial", target);
        Create(copy.Path).Dispose();
        return copy;
    }

    /// <summary>Begins one with the content of a file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="target">What it is to become.</param>
    public static PrivateCopy Of(string source, string target)
    {
        var copy = new PrivateCopy($"{target}.{Guid.NewGuid():N}.partial", target);
        using var to = Create(copy.Path);
        try
        {
            using var from = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            from.CopyTo(to);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Gives it its name; afterwards it survives a power cut.</summary>
    /// <exception cref="IOException">There is a file of this name, which was not to be replaced.</exception>
    public void Keep(bool overwrite)
    {
        using (var file = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Flush(flushToDisk: true);
        }
        File.Move(Path, _target, overwrite);
        SyncDirectory(System.IO.Path.GetDirectoryName(_target)!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Delete(Path);
        // What SQLite leaves beside a database that it could not close in order.
        File.Delete(Path + "-wal");
        File.Delete(Path + "-shm");
        File.Delete(Path + "-journal");
    }

    private static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    // A name is in its directory, which .NET does not open.
    private static void SyncDirectory(string directory)
    {
        var descriptor = Open(directory, ReadOnly | CloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"the directory {directory} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        try
        {
            if (Sync(descriptor) != 0)
            {
                throw new IOException($"the directory {directory} cannot be written: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
