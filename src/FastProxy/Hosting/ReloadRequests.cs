using System.Runtime.InteropServices;
using FastProxy.Configuration;

namespace FastProxy.Hosting;

/// <summary>
/// Waits for a reason to read a configuration again: SIGHUP, or that one of the files it stands in is another one than before. As long as it
/// is there, SIGHUP does not end the process. Thread-safe, but that one thread at a time says what is watched.
/// </summary>
internal sealed class ReloadRequests : IDisposable
{
    /// <summary>How often the files are looked at. A watch on them would be lost when an editor or a mount replaces them.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _requested = new(0);
    private readonly PosixSignalRegistration _hangUp;
    private readonly TimeProvider _time;
    private readonly Func<string, FileStamp> _stamp;
    private volatile WatchedFile[] _files = [];
    private int _changed;
    private ITimer? _timer;

    /// <summary>Takes SIGHUP over; no file is watched yet.</summary>
    public ReloadRequests(TimeProvider time)
        : this(time, FileStamp.Of)
    {
    }

    /// <summary>The same, with another way to look at a file.</summary>
    internal ReloadRequests(TimeProvider time, Func<string, FileStamp> stamp)
    {
        _time = time;
        _stamp = stamp;
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _requested.Release();
        });
    }

    /// <summary>Watches these files from now on and no others. One that is not there is watched for.</summary>
    /// <param name="files">What each looked like before it was read; a change since then is a reason already.</param>
    public void Watch(IReadOnlyDictionary<string, FileStamp> files)
    {
        _files = [.. files.Select(file => new WatchedFile(file.Key, file.Value, _stamp))];
        _timer ??= _time.CreateTimer(_ => Look(), null, s_look, s_look);
    }

    /// <summary>Completes with the next reason. False when there will be none any more.</summary>
    public async Task<bool> WaitAsync(CancellationToken stop)
    {
        try
        {
            await _requested.WaitAsync(stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hangUp.Dispose();
        _timer?.Dispose();
    }

    /// <summary>Looks at every file. May run several times at once: where one look waits for a file system, the next goes past that file.</summary>
    private void Look()
    {
        var files = _files;
        foreach (var file in files)
        {
            // Nobody asks any more what those of an earlier configuration are like.
            if (file.HasChanged() && files == _files)
            {
                Volatile.Write(ref _changed, 1);
            }
        }

        // One reason for all of a look, and for what a look found that does not come to its end.
        if (Interlocked.Exchange(ref _changed, 0) != 0)
        {
            _requested.Release();
        }
    }
}
