using FastProxy.Access.Stores;
using Microsoft.Extensions.Logging;

namespace FastProxy.Hosting;

/// <summary>
/// Says in the log that the store cannot be read, or that its file is gone, and when it is well again: decisions go on by what was read before,
/// so that nothing else would tell. Asks once a minute what <c>/readyz</c> is asked; dispose it once.
/// </summary>
internal sealed class StoreWatch : IAsyncDisposable
{
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly IAccessStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private string? _told;

    /// <summary>Begins to look.</summary>
    public StoreWatch(IAccessStore store, TimeProvider time, ILogger logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        _loop = LoopAsync(_stopping.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task LoopAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await TryLookAsync(stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
        catch (ObjectDisposedException)
        {
            // The store was closed ahead of us.
        }
    }

    // One look that fails must not be the last: nobody would learn of the store's next trouble.
    private async Task TryLookAsync(CancellationToken stopping)
    {
        try
        {
            await LookAsync(stopping);
        }
#pragma warning disable CA1031 // Whatever it is, it is told, and looked again in a minute.
        catch (Exception exception) when (exception is not ObjectDisposedException && !(exception is OperationCanceledException && stopping.IsCancellationRequested))
#pragma warning restore CA1031
        {
            HostLog.StoreWatchFailed(_logger, exception);
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        var problem = await _store.ProbeAsync(stopping);
        if (problem == _told)
        {
            return;
        }

        if (problem is null)
        {
            HostLog.StoreIsWell(_logger);
        }
        else
        {
            HostLog.StoreInTrouble(_logger, problem);
        }

        // Last: what could not be told is tried again.
        _told = problem;
    }
}
