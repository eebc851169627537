using FastProxy.Configuration;

namespace FastProxy.Hosting;

/// <summary>A file that is looked at time and again, by one thread at a time. Thread-safe.</summary>
/// <param name="path">Where it is.</param>
/// <param name="known">What it looked like before it was read.</param>
/// <param name="look">How it is looked at.</param>
internal sealed class WatchedFile(string path, FileStamp known, Func<string, FileStamp> look)
{
    private FileStamp _known = known;
    private int _looking;

    /// <summary>
    /// Whether it is another one than at the last look. A file that is away is being replaced, or has not come yet: it has not changed. Nor
    /// has one whose last look has not ended, because its file system does not answer: that one look may wait for it, and no more.
    /// </summary>
    public bool HasChanged()
    {
        if (Interlocked.Exchange(ref _looking, 1) != 0)
        {
            return false;
        }

        try
        {
            var now = look(path);
            if (!now.IsThere || now == _known)
            {
                return false;
            }

            _known = now;
            return true;
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }
}
