using System.Runtime.InteropServices;

namespace FastProxy.Hosting;

/// <summary>Waits for a reason to read a configuration again: SIGHUP, or that the file is another one than before.</summary>
internal sealed class ReloadRequests : IDisposable
{
    /// <summary>How often the file is looked at. A watch on it would be lost when an editor or a mount replaces it.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly string _file;
    private readonly SemaphoreSlim _requested = new(0);
    private readonly PosixSignalRegistration _hangUp;
    private readonly ITimer _timer;
    private (DateTime Written, long Length) _stamp;

    /// <summary>Begins to watch.</summary>
    public ReloadRequests(string file, TimeProvider time)
    {
        _file = file;
        _stamp = Stamp();
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _requested.Release();
        });
        _timer = time.CreateTimer(_ => Look(), null, s_look, s_look);
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
        _timer.Dispose();
    }

    private void Look()
    {
        // A file that is away for a moment is being replaced.
        if (Stamp() is var now && now.Length >= 0 && now != _stamp)
        {
            _stamp = now;
            _requested.Release();
        }
    }

    private (DateTime Written, long Length) Stamp()
    {
        try
        {
            // A mounted configuration volume replaces a link on the way to the file, and leaves the file's own link as it is.
            var file = File.ResolveLinkTarget(_file, returnFinalTarget: true) as FileInfo ?? new FileInfo(_file);
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : (default, -1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (default, -1);
        }
    }
}
