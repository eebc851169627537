using System.Runtime.InteropServices;

namespace FastProxy.Configuration;

/// <summary>What tells a file from the one that was there before. Immutable.</summary>
/// <param name="Written">When it was written last.</param>
/// <param name="Length">Its bytes; negative where there is none that this user may read.</param>
internal readonly partial record struct FileStamp(DateTime Written, long Length)
{
    private const int ReadPermission = 4;

    /// <summary>Whether there is one, and this user may read it: who puts a file in place may write it first, and give it away then.</summary>
    public bool IsThere => Length >= 0;

    /// <summary>Looks at a file. Never throws; blocks as long as its file system does.</summary>
    public static FileStamp Of(string path)
    {
        try
        {
            // A mounted configuration volume replaces a link on the way to the file, and leaves the file's own link as it is.
            var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            return file.Exists && access(path, ReadPermission) == 0 ? new FileStamp(file.LastWriteTimeUtc, file.Length) : new FileStamp(default, -1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new FileStamp(default, -1);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int access(string path, int mode);
}
