using FastProxy.Client.Connecting;

namespace FastProxy.Client.Pooling;

/// <summary>
/// Streams to one gateway under one credential, kept ready: taking one costs no handshake of any kind. It dials ahead of demand, hands
/// out the stream that was used last, lets sessions wait in the order they came when it is exhausted, and lets go of what is old,
/// drained, silent or broken. Thread-safe.
/// </summary>
/// <remarks>
/// <code>
///   dial ─► idle (watched, pinged) ─► busy ─► idle …
///              └────────► discarded ◄───┘
/// </code>
/// </remarks>
public sealed partial class StreamPool : IAsyncDisposable
{
    /// <summary>Dials at once: enough to fill quickly, few enough not to look like an attack to a gateway that just came back.</summary>
    private const int DialsAtOnce = 8;

    private readonly Func<CancellationToken, Task<PoolDial>> _dial;
    private readonly TimeProvider _timeProvider;
    private readonly Func<double> _random;
    private readonly DialBackOff _backOff;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _closing = new();
    private readonly object _lock = new();
    private readonly List<PooledConnection> _idle = [];
    private readonly HashSet<PooledConnection> _busy = [];
    private readonly LinkedList<PoolWaiter> _waiters = [];
    private readonly HashSet<Task> _background = [];
    private readonly long[] _discards = new long[(int)DiscardCause.Retired + 1];
    private volatile StreamPoolOptions _options;
    private int _generation;
    private int _dialing;
    private int _dialingAgain;
    private int _ahead;
    private long _dials;
    private long _dialFailures;
    private long _handOuts;
    private long _waits;
    private long _waitsInVain;
    private long _retries;
    private ConnectFailure? _failure;
    private bool _closed;
    private string _closedBecause = "";

    /// <summary>Makes a pool; it dials nothing yet.</summary>
    /// <param name="options">How many and for how long.</param>
    /// <param name="dial">Makes a connection. It has its own time-out and never throws.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="random">From 0 to 1, for jitter.</param>
    internal StreamPool(StreamPoolOptions options, Func<CancellationToken, Task<PoolDial>> dial, TimeProvider timeProvider, Func<double> random)
    {
        _options = options;
        _dial = dial;
        _timeProvider = timeProvider;
        _random = random;
        _backOff = new DialBackOff(timeProvider, random);

        // One timer a pool, not one a stream.
        var period = PeriodOf(options);
        _timer = timeProvider.CreateTimer(static state => ((StreamPool)state!).Tick(), this, period, period);
    }

    /// <summary>What the pool holds and has done.</summary>
    public PoolCounters Counters
    {
        get
        {
            lock (_lock)
            {
                var discards = new Dictionary<DiscardCause, long>();
                for (var i = 0; i < _discards.Length; i++)
                {
                    if (_discards[i] > 0)
                    {
                        discards[(DiscardCause)i] = _discards[i];
                    }
                }

                return new PoolCounters
                {
                    Idle = _idle.Count,
                    Busy = _busy.Count,
                    Dialing = _dialing + _dialingAgain,
                    Waiting = _waiters.Count,
                    Dials = _dials,
                    DialFailures = _dialFailures,
                    HandOuts = _handOuts,
                    Waits = _waits,
                    WaitsInVain = _waitsInVain,
                    Retries = _retries,
                    Discards = discards,
                    Outage = _idle.Count + _busy.Count == 0 && _backOff.IsFailing && (_ahead > 0 || _dialing > 0 || _backOff.IsPausing) ? _failure!.Message : null,
                };
            }
        }
    }

    /// <summary>Streams kept ready ahead of demand from now on; see <see cref="StreamPoolOptions.MinIdle"/>.</summary>
    internal void KeepAhead(int count)
    {
        lock (_lock)
        {
            _ahead = Math.Min(count, _options.MaxIdle);
            BalanceLocked();
        }
    }

    /// <summary>
    /// Takes a stream: an idle one at once, else a new one, else, when all are in use, the next that comes free. The failure says which
    /// of them did not work out.
    /// </summary>
    internal async ValueTask<PoolDial> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            PooledConnection? connection;
            PoolWaiter? waiter = null;
            lock (_lock)
            {
                if (_closed)
                {
                    return new PoolDial(null, Closed());
                }

                connection = _waiters.Count == 0 ? PopIdleLocked() : null;
                if (connection is null)
                {
                    waiter = new PoolWaiter();
                    _waiters.AddLast(waiter);
                    _waits++;
                }

                BalanceLocked();
            }

            if (waiter is not null)
            {
                return await WaitAsync(waiter, cancellationToken);
            }

            connection!.StopWatching();
            await connection.Watching;
            if (connection.Ended is { } cause)
            {
                // It ended in the moment in which it was taken.
                Discard(connection, cause);
                continue;
            }

            Interlocked.Increment(ref _handOuts);
            return new PoolDial(connection, null);
        }
    }

    /// <summary>Dials for a session that a stream has failed, past the idle ones: whatever ended the one may have ended the others.</summary>
    internal async ValueTask<PoolDial> TakeFreshAsync(CancellationToken cancellationToken)
    {
        int generation;
        lock (_lock)
        {
            generation = _generation;
            _retries++;
            _dials++;
            _dialingAgain++;
        }

        using var linked = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, cancellationToken);
        var dial = await DialSafelyAsync(linked.Token);
        lock (_lock)
        {
            _dialingAgain--;
            if (dial.Connection is { } connection)
            {
                _backOff.Succeeded();
                AdmitLocked(connection);
                connection.Condemned = generation == _generation ? null : DiscardCause.Retired;
                _busy.Add(connection);
                Interlocked.Increment(ref _handOuts);
            }
            else
            {
                _dialFailures++;
                BalanceLocked();
                if (_closed)
                {
                    return new PoolDial(null, Closed());
                }
            }
        }

        return dial;
    }

    /// <summary>Gives back a stream whose session is over; the next one in line gets it.</summary>
    internal void Return(PooledConnection connection)
    {
        DiscardCause? cause;
        lock (_lock)
        {
            // In here: what condemns a stream does so under the lock, and finds it either busy or idle.
            cause = connection.Condemned ?? (_closed ? DiscardCause.Retired
                : connection.IsDraining ? DiscardCause.Drained
                : connection.Sessions >= _options.MaxSessions ? DiscardCause.Sessions
                : _timeProvider.GetTimestamp() >= connection.ExpiresAt ? DiscardCause.Age
                : _idle.Count + _busy.Count > _options.Max ? DiscardCause.Surplus
                : null);
            if (cause is null)
            {
                _busy.Remove(connection);
                cause = TryPlaceLocked(connection) ? null : DiscardCause.Surplus;
            }

            BalanceLocked();
        }

        if (cause is { } found)
        {
            Discard(connection, found);
        }
    }

    /// <summary>Lets go of a stream that was taken.</summary>
    internal void Discard(PooledConnection connection, DiscardCause cause)
    {
        lock (_lock)
        {
            _busy.Remove(connection);
            CloseLocked(connection, cause);
            BalanceLocked();
        }
    }

    /// <summary>Replaces what was taken by what became of it: an upgraded connection turned out to be a stream.</summary>
    internal void Replace(PooledConnection taken, PooledConnection by)
    {
        lock (_lock)
        {
            _busy.Remove(taken);
            AdmitLocked(by);
            by.Condemned = taken.Condemned;
            _busy.Add(by);
        }
    }

    /// <summary>Lets go of the idle streams that a condition fits, now, and of the busy ones when their session is over.</summary>
    internal void Retire(DiscardCause cause, Func<PooledConnection, bool> fits)
    {
        lock (_lock)
        {
            foreach (var connection in _busy)
            {
                if (fits(connection))
                {
                    connection.Condemned = cause;
                }
            }

            RetireIdleLocked(connection => fits(connection) ? cause : null);
            BalanceLocked();
        }
    }

    /// <summary>Lets go of every idle stream, refuses new sessions, and waits for what is being closed; busy streams belong to their sessions.</summary>
    public ValueTask DisposeAsync() => CloseAsync("the bastion is stopping");

    /// <summary>Like <see cref="DisposeAsync"/>, because the configuration names this credential or gateway no more: a session that begins anew finds what it names now.</summary>
    internal ValueTask RetireAsync() => CloseAsync("the bastion's configuration has just changed: try again");

    private async ValueTask CloseAsync(string because)
    {
        Task[] background;
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            (_closed, _closedBecause) = (true, because);
            RetireIdleLocked(static _ => DiscardCause.Retired);
            foreach (var waiter in _waiters)
            {
                waiter.TrySetResult(new PoolDial(null, Closed()));
            }

            _waiters.Clear();
        }

        await _closing.CancelAsync();
        await _timer.DisposeAsync();
        lock (_lock)
        {
            background = [.. _background];
        }

        await Task.WhenAll(background);
    }
}
