using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Pooling;

/// <content>Dialling, watching and letting go: what happens in the background. What ends in Locked is called with the lock held.</content>
public sealed partial class StreamPool
{
    /// <summary>
    /// Looks after the idle streams: retires the old, gives up the silent, asks the quiet, dials anew when a pause is over; and after those
    /// that sessions are being opened on.
    /// </summary>
    private void Tick()
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            var now = _timeProvider.GetTimestamp();
            RetireIdleLocked(connection =>
                now >= connection.ExpiresAt ? DiscardCause.Age
                : IsSilent(connection, now) ? DiscardCause.Silent
                : null);
            foreach (var connection in _idle)
            {
                if (_timeProvider.GetElapsedTime(connection.Heard, now) >= _options.KeepAlive / 2)
                {
                    if (!WaitsForAnswer(connection))
                    {
                        connection.AskedAt = now;
                    }

                    TrackLocked(connection.PingAsync().AsTask());
                }
            }

            foreach (var connection in _busy)
            {
                connection.AbortIfLost(_options.KeepAlive);
            }

            BalanceLocked();
        }
    }

    /// <summary>
    /// Whether it was asked and has not answered. Asked at half of the interval it is given up at twice it; counted from the question, because
    /// the interval may have been a longer one when it was heard last.
    /// </summary>
    private bool IsSilent(PooledConnection connection, long now) =>
        WaitsForAnswer(connection) && _timeProvider.GetElapsedTime(connection.AskedAt!.Value, now) >= 1.5 * _options.KeepAlive;

    private static bool WaitsForAnswer(PooledConnection connection) => connection.AskedAt is { } asked && connection.Heard < asked;

    /// <summary>Dials what is missing: one for every session that waits, and what keeps <see cref="StreamPoolOptions.MinIdle"/> ready.</summary>
    private void BalanceLocked()
    {
        if (_closed)
        {
            return;
        }

        var wanted = _waiters.Count + (_backOff.IsPausing ? 0 : Math.Max(0, _ahead - _idle.Count));
        var room = _options.Max - _idle.Count - _busy.Count - _dialingAgain;
        for (var dials = Math.Min(Math.Min(wanted, room), DialsAtOnce); _dialing < dials;)
        {
            _dials++;
            _dialing++;
            TrackLocked(DialAsync(_generation));
        }
    }

    private async Task DialAsync(int generation)
    {
        // Off the caller's stack, which holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var (connection, failure) = await DialSafelyAsync(_closing.Token);
        lock (_lock)
        {
            _dialing--;
            if (generation != _generation)
            {
                // Made, or refused, under what is not in force any more. Who waits for it gets another.
                if (connection is not null)
                {
                    CloseLocked(connection, DiscardCause.Retired);
                }
            }
            else if (connection is not null)
            {
                _backOff.Succeeded();
                AdmitLocked(connection);
                if (_closed || !TryPlaceLocked(connection))
                {
                    CloseLocked(connection, _closed ? DiscardCause.Retired : DiscardCause.Surplus);
                }
            }
            else
            {
                _dialFailures++;
                _backOff.Failed();
                _failure = failure!;
                if (MayComeFreeLocked(_failure))
                {
                    return;
                }

                if (_waiters.First is { } first)
                {
                    _waiters.RemoveFirst();
                    first.Value.SetResult(new PoolDial(null, failure));
                }
            }

            BalanceLocked();
        }
    }

    /// <summary>Where the gateway has no room for another stream, one that comes free still serves who waits.</summary>
    private bool MayComeFreeLocked(ConnectFailure failure) =>
        _busy.Count > 0 && failure.Reason is { } reason && ReasonCodes.TryParse(reason, out var code)
        && code is ReasonCode.LimitSessions or ReasonCode.LimitRate or ReasonCode.Overloaded;

    /// <summary>
    /// Dials, and makes a failure of an exception, which no dial should throw: it would leak the place of the dial, leave who waits for it
    /// waiting, and tell nobody.
    /// </summary>
    private async Task<PoolDial> DialSafelyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _dial(cancellationToken);
        }
        catch (Exception exception)
        {
            return new PoolDial(null, new ConnectFailure(ConnectStage.Tcp, $"dialling failed: {exception.GetType().Name}: {exception.Message}"));
        }
    }

    /// <summary>A connection joins the pool: its age begins.</summary>
    private void AdmitLocked(PooledConnection connection)
    {
        connection.AdmittedAt = _timeProvider.GetTimestamp();
        LimitAgeLocked(connection);
    }

    /// <summary>To whoever waits longest, else among the idle ones. False where there are enough of those.</summary>
    private bool TryPlaceLocked(PooledConnection connection)
    {
        if (_waiters.First is { } first)
        {
            _waiters.RemoveFirst();
            _busy.Add(connection);
            first.Value.SetResult(new PoolDial(connection, null));
            return true;
        }

        if (_idle.Count >= _options.MaxIdle)
        {
            return false;
        }

        _idle.Add(connection);
        connection.Watching = WatchAsync(connection);
        return true;
    }

    /// <summary>The one that was used last: what is rarely needed ages out.</summary>
    private PooledConnection? PopIdleLocked()
    {
        if (_idle.Count == 0)
        {
            return null;
        }

        var connection = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        _busy.Add(connection);
        return connection;
    }

    private async Task WatchAsync(PooledConnection connection)
    {
        connection.Ended = await connection.WatchAsync();
        if (connection.Ended is not { } cause)
        {
            return;
        }

        // Off the stack of whoever placed it, which holds the lock; whoever takes it in this moment sees that it ended.
        lock (_lock)
        {
            if (_idle.Remove(connection))
            {
                CloseLocked(connection, cause);
                BalanceLocked();
            }
        }
    }

    private void RetireIdleLocked(Func<PooledConnection, DiscardCause?> judge)
    {
        for (var i = _idle.Count - 1; i >= 0; i--)
        {
            var connection = _idle[i];
            if (judge(connection) is { } cause)
            {
                _idle.RemoveAt(i);
                connection.StopWatching();
                CloseLocked(connection, cause);
            }
        }
    }

    private void CloseLocked(PooledConnection connection, DiscardCause cause)
    {
        _discards[(int)cause]++;
        TrackLocked(CloseAsync(connection, cause));
    }

    private static async Task CloseAsync(PooledConnection connection, DiscardCause cause)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await connection.Watching;
        await connection.CloseAsync(cause);
    }

    /// <summary>Keeps a task until it is done, so that closing the pool can wait for it.</summary>
    private void TrackLocked(Task task)
    {
        if (task.IsCompleted)
        {
            return;
        }

        _background.Add(task);
        _ = task.ContinueWith(
            static (done, state) =>
            {
                var pool = (StreamPool)state!;
                lock (pool._lock)
                {
                    pool._background.Remove(done);
                }
            },
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
