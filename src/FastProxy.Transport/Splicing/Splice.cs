using FastProxy.Transport.Streams;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// Moves bytes between two ends until both directions have ended or one has failed.
/// </summary>
/// <remarks>
/// <code>
///             to remote: local.Fill ──► remote.Send … local EOF ──► remote.CloseWrite
///   local end                                                                      remote end
///             to local:  local.Send ◄── remote.Fill … local.CloseWrite ◄── remote EOF
/// </code>
/// Each direction holds at most one batch, so the memory of a session is bounded by two batches, and a slow reader is felt by
/// the writer through TCP alone. The first cause wins; later ones are its consequences and are dropped.
/// </remarks>
public sealed class Splice
{
    private readonly SpliceEnd _local;
    private readonly SpliceEnd _remote;
    private readonly SpliceOptions _options;
    private long _toRemote;
    private long _toLocal;
    private long _lastMoved;
    private long _lastToRemote;
    private int _cause = -1;
    private volatile bool _localEnded;
    private volatile bool _remoteEnded;
    private Task _keepAlive = Task.CompletedTask;

    private Splice(SpliceEnd local, SpliceEnd remote, SpliceOptions options)
    {
        _local = local;
        _remote = remote;
        _options = options;
        _lastMoved = options.TimeProvider.GetTimestamp();
        _lastToRemote = _lastMoved;
    }

    /// <summary>
    /// Splices the ends and returns when both directions are over and both ends are closed. Never throws for what a peer does.
    /// </summary>
    /// <param name="local">The raw end: a client's socket, an origin, standard input and output.</param>
    /// <param name="remote">The end towards the other FastProxy or a stock peer.</param>
    /// <param name="options">Time limits.</param>
    /// <param name="cancellationReason">Asked when <paramref name="cancellationToken"/> fires: why the session is ended from outside; null means <see cref="ReasonCode.Shutdown"/>.</param>
    /// <param name="cancellationToken">Ends the session at once.</param>
    public static async Task<SpliceOutcome> RunAsync(
        SpliceEnd local,
        SpliceEnd remote,
        SpliceOptions options,
        Func<ReasonCode>? cancellationReason,
        CancellationToken cancellationToken)
    {
        var splice = new Splice(local, remote, options);
        await using (splice.StartTimer())
        await using (cancellationToken.UnsafeRegister(_ => splice.End(cancellationReason?.Invoke() ?? ReasonCode.Shutdown), null))
        {
            await Task.WhenAll(splice.PumpToRemoteAsync(), splice.PumpToLocalAsync());
        }

        await splice._keepAlive;

        // The remote end first: what it says (`closed`) may correct the reason, and the local peer is then told the truth.
        var reason = await remote.FinishAsync(splice.Cause);
        reason = await local.FinishAsync(reason);
        return new SpliceOutcome(reason, splice._toRemote, splice._toLocal);
    }

    private ReasonCode Cause => Volatile.Read(ref _cause) is var cause and >= 0 ? (ReasonCode)cause : ReasonCode.Ok;

    private async Task PumpToRemoteAsync()
    {
        while (true)
        {
            switch (await _local.FillAsync())
            {
                case FillStatus.EndOfData:
                    _localEnded = true;
                    Touch();
                    if (!await _remote.CloseWriteAsync())
                    {
                        RemoteFailed();
                    }

                    return;

                case FillStatus.Failed:
                    End(_local.Fault);
                    return;
            }

            var length = _local.Batch.Length;
            if (!await _remote.SendAsync(_local.Batch))
            {
                RemoteFailed();
                return;
            }

            _toRemote += length;
            Touch();
            Volatile.Write(ref _lastToRemote, _lastMoved);
        }
    }

    private async Task PumpToLocalAsync()
    {
        while (true)
        {
            switch (await _remote.FillAsync())
            {
                case FillStatus.EndOfData:
                    _remoteEnded = true;
                    Touch();

                    // A local end that is gone already shows itself in the other direction.
                    await _local.CloseWriteAsync();
                    return;

                case FillStatus.Failed:
                    End(_remote.Fault);
                    return;
            }

            var length = _remote.Batch.Length;
            if (!await _local.SendAsync(_remote.Batch))
            {
                End(_local.Fault);
                return;
            }

            _toLocal += length;
            Touch();
        }
    }

    /// <summary>A peer without half-close that has ended its direction has gone: that nothing reaches it any more is its normal end.</summary>
    private void RemoteFailed()
    {
        if (!_remote.HalfCloses && (_remoteEnded || _remote.Fault == ReasonCode.Ok))
        {
            _local.StopReading();
            return;
        }

        End(_remote.Fault);
    }

    private void Touch() => Volatile.Write(ref _lastMoved, _options.TimeProvider.GetTimestamp());

    private void End(ReasonCode cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, -1) == -1)
        {
            _remote.Abort(cause);
            _local.Abort(cause);
        }
    }

    private ITimer StartTimer()
    {
        // One coarse timer a session: a second is fine enough for limits that are counted in seconds and hours.
        var period = TimeSpan.FromSeconds(1);
        return _options.TimeProvider.CreateTimer(static state => ((Splice)state!).OnTick(), this, period, period);
    }

    private void OnTick()
    {
        var now = _options.TimeProvider.GetTimestamp();
        var silent = _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastMoved), now);
        if (_localEnded != _remoteEnded && !_remote.HalfCloses && silent >= _options.Linger)
        {
            // What was in flight has arrived; a stock peer does not know that it should end.
            (_localEnded ? _remote : _local).StopReading();
        }
        else if (_localEnded != _remoteEnded && Exceeded(silent, _options.HalfClosedTimeout))
        {
            End(ReasonCode.Idle);
        }
        else if (Exceeded(silent, _options.IdleTimeout))
        {
            End(ReasonCode.Idle);
        }
        else if (_keepAlive.IsCompleted
            && Exceeded(_options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastToRemote), now), _options.KeepAlive))
        {
            Volatile.Write(ref _lastToRemote, now);
            _keepAlive = _remote.KeepAliveAsync().AsTask();
        }
    }

    private static bool Exceeded(TimeSpan elapsed, TimeSpan limit) => limit > TimeSpan.Zero && elapsed >= limit;
}
