using System.Runtime.InteropServices;

namespace FastProxy.Tests.Storage;

/// <summary>
/// A named pipe (fifo(7)) in the place of a file, which answers as a file on a dead file system does: whoever opens it to read waits, until
/// somebody has written it and closed it.
/// </summary>
internal static partial class NamedPipe
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Puts one in the place of a file.</summary>
    public static void Replace(string path)
    {
        File.Delete(path);
        Assert.Equal(0, mkfifo(path, 0x180)); // 0600
    }

    /// <summary>Waits until somebody reads it, who waits until what is returned is disposed, and then finds nothing.</summary>
    public static Task<FileStream> ReadAsync(string path) =>
        Task.Run(() => new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)).WaitAsync(s_patience);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);
}
