using System.Collections.Concurrent;
using System.Diagnostics;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Faults;

/// <summary>Workers that run one session after another, short ones and long ones, and note how each went.</summary>
public sealed class Load : IAsyncDisposable
{
    private readonly AgentClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(TestScale.Pick(5, 30)));
    private readonly ConcurrentDictionary<int, long> _alive = new();
    private readonly ConcurrentDictionary<int, long> _open = new();
    private readonly int[] _fates = new int[Enum.GetValues<SessionFate>().Length];
    private readonly Task _workers;
    private int _begun;

    /// <summary>Begins at once.</summary>
    public Load(AgentClient client, int workers)
    {
        _client = client;
        _workers = Task.WhenAll(Enumerable.Range(0, workers).Select(WorkAsync));
    }

    /// <summary>Sessions begun.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>Sessions that ended in a way.</summary>
    public int Count(SessionFate fate) => Volatile.Read(ref _fates[(int)fate]);

    /// <summary>Waits until so many more sessions are complete.</summary>
    public Task CompleteAsync(int more)
    {
        var goal = Count(SessionFate.Completed) + more;
        return UntilAsync(() => Count(SessionFate.Completed) >= goal);
    }

    /// <summary>
    /// Waits until no session is left that had begun by now, and says for how long that was; and how long of those that were open already.
    /// </summary>
    public async Task<(TimeSpan Open, TimeSpan All)> OutliveAsync()
    {
        var now = Stopwatch.GetTimestamp();
        await UntilAsync(() => _open.All(session => session.Value > now));
        var open = Stopwatch.GetElapsedTime(now);
        await UntilAsync(() => _alive.All(session => session.Value > now));
        return (open, Stopwatch.GetElapsedTime(now));
    }

    /// <summary>Begins no more sessions and waits for the last one.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _workers;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _limit.CancelAsync();
        await _workers.ContinueWith(static _ => { }, TaskScheduler.Default);
        _limit.Dispose();
        _stop.Dispose();
    }

    private async Task WorkAsync(int worker)
    {
        await Task.Yield();
        while (!_stop.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref _begun);
            _alive[number] = Stopwatch.GetTimestamp();

            // Every other worker's sessions last some seconds, and are found in the middle by whatever happens; of the rest every tenth is large.
            var fate = worker % 2 == 0 ? await _client.RunAsync(30, 3_000, TimeSpan.FromMilliseconds(100), Opened, _limit.Token)
                : await _client.RunAsync(1, number % 10 == 0 ? 3_000_000 : 1_000, TimeSpan.Zero, Opened, _limit.Token);
            _open.TryRemove(number, out _);
            Interlocked.Increment(ref _fates[(int)fate]);
            _alive.TryRemove(number, out _);
            if (fate != SessionFate.Completed)
            {
                await Task.Delay(20, _limit.Token);
            }

            void Opened() => _open[number] = Stopwatch.GetTimestamp();
        }
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Assert.False(_workers.IsFaulted, _workers.Exception?.ToString());
            await Task.Delay(20, _limit.Token);
        }
    }
}
