using System.Runtime.InteropServices;

namespace FastProxy.Hosting;

/// <summary>
/// Waits for a reason to read a configuration again: SIGHUP, or that one of the files it stands in is another one than before. As long as it
/// is there, SIGHUP does not end the process. Thread-safe.
/// </summary>
internal sealed class ReloadRequests : IDisposable
{
    /// <summary>How often the files are looked at. A watch on them would be lost when an editor or a mount replaces them.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _requested = new(0);
    private readonly PosixSignalRegistration _hangUp;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Dictionary<string, (DateTime Written, long Length)> _stamps = new(StringComparer.Ordinal);
    private ITimer? _timer;

    /// <summary>Takes SIGHUP over; no file is watched yet.</summary>
    public ReloadRequests(TimeProvider time)
    {
        _time = time;
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _requested.Release();
        });
    }

    /// <summary>Watches these files from now on and no others; of those it watched already, what it knew stays known.</summary>
    public void Watch(IEnumerable<string> files)
    {
        lock (_gate)
        {
            _stamps = files.Distinct(StringComparer.Ordinal).ToDictionary(file => file, file => _stamps.TryGetValue(file, out var known) ? known : Stamp(file), StringComparer.Ordinal);
            _timer ??= _time.CreateTimer(_ => Look(), null, s_look, s_look);
        }
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

    private void Look()
    {
        lock (_gate)
        {
            var changed = false;
            foreach (var (file, before) in _stamps)
            {
                // A file that is away for a moment is being replaced.
                if (Stamp(file) is var now && now.Length >= 0 && now != before)
                {
                    _stamps[file] = now;
                    changed = true;
                }
            }

            if (changed)
            {
                _requested.Release();
            }
        }
    }

    private static (DateTime Written, long Length) Stamp(string path)
    {
        try
        {
            // A mounted configuration volume replaces a link on the way to the file, and leaves the file's own link as it is.
            var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : (default, -1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (default, -1);
        }
    }
}
