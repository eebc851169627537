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
/// Each direction holds at most one batch (and one pipe), so the memory of a session is bounded by two of each, and a slow reader is felt by
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
    private volatile bool _sendingToRemote;
    private volatile bool _sendingToLocal;
    private volatile bool _localEnded;
    private volatile bool _localClosed;
    private volatile bool _remoteEnded;
    private readonly Func<ReasonCode>? _cancellationReason;
    private bool _ticks = true;
    private Task _keepAlive = Task.CompletedTask;

    private Splice(SpliceEnd local, SpliceEnd remote, SpliceOptions options, Func<ReasonCode>? cancellationReason)
    {
        _cancellationReason = cancellationReason;
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
        var splice = new Splice(local, remote, options, cancellationReason);
        if (local.Loop is { } a && remote.Loop is { } b)
        {
            // From here to the last byte both directions run on one event loop's thread.
            a.Join(b);
            a.Inline = true;
            b.Inline = true;
        }

        // Where both legs are plain TCP a bulk flow never leaves the kernel.
        local.MayPipe = remote.TakesPipe;
        remote.MayPipe = local.TakesPipe;
        local.Batch.Gap = remote.Gap;

        ReasonCode reason;
        using (SpliceTicker.Of(options.TimeProvider).Add(splice))
        await using (cancellationToken.UnsafeRegister(static state => ((Splice)state!).OnCancelled(), splice))
        {
            var toRemote = splice.PumpToRemoteAsync();
            try
            {
                await splice.PumpToLocalAsync();
            }
            finally
            {
                await toRemote;
            }

            // A stream lives on, and whoever uses it next may not take a pipe.
            remote.MayPipe = false;
            if (local.Loop is { } loop && remote.Loop is { } other)
            {
                loop.Inline = false;
                other.Inline = false;
            }

            // Off the loop's thread: what comes now (goodbyes, log lines) may block, and is not what the others there wait for.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

            // The remote end first: what it says (`closed`) may correct the reason, and the local peer is then told the truth. Still
            // under the timer and the token, because a peer that does not read can hold its last words up.
            reason = await remote.FinishAsync(splice.Cause);
        }

        reason = splice.Cause != ReasonCode.Ok ? splice.Cause : reason;
        await splice._keepAlive;
        reason = await local.FinishAsync(reason);
        return new SpliceOutcome(reason, splice._toRemote, splice._toLocal);
    }

    /// <summary>Its place in the ticker's list; the ticker's own.</summary>
    internal int TickerIndex { get; set; }

    /// <summary>Looks at the time limits; called once a second or so.</summary>
    internal void OnTick()
    {
        // The object is nobody's but the ticker's and RunAsync's.
        lock (this)
        {
            if (_ticks)
            {
                Tick();
            }
        }
    }

    /// <summary>After it has returned, no tick speaks to the ends any more.</summary>
    internal void StopTicking()
    {
        lock (this)
        {
            _ticks = false;
        }
    }

    private void OnCancelled() => End(_cancellationReason?.Invoke() ?? ReasonCode.Shutdown);

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
                    else
                    {
                        _localClosed = true;

                        // Of two directions that end at once one must see the other's end: neither store may wait behind its load.
                        Interlocked.MemoryBarrier();
                        if (_remoteEnded && _remote.HalfCloses)
                        {
                            // Nobody has anything left to say, so nothing is left to watch for.
                            _remote.StopReading();
                        }
                    }

                    return;

                case FillStatus.Failed:
                    End(_local.Fault);
                    return;
            }

            var length = _local.Batch.Length;
            _sendingToRemote = true;
            var sent = await _remote.SendAsync(_local.Batch);
            _sendingToRemote = false;
            if (!sent)
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
                    Interlocked.MemoryBarrier();
                    if (!_localClosed && !await _remote.WatchAsync())
                    {
                        End(_remote.Fault);
                    }

                    return;

                case FillStatus.Failed:
                    End(_remote.Fault);
                    return;
            }

            var length = _remote.Batch.Length;
            _sendingToLocal = true;
            var sent = await _local.SendAsync(_remote.Batch);
            _sendingToLocal = false;
            if (!sent)
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
            // The local end first: aborting the remote one ends its direction, which must not reach the local peer as an orderly end.
            _local.Abort(cause);
            _remote.Abort(cause);
        }
    }

    private void Tick()
    {
        var now = _options.TimeProvider.GetTimestamp();
        var silent = _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastMoved), now);
        if (HasLost(_remote) || HasLost(_local))
        {
            return;
        }

        if (_localEnded != _remoteEnded && !_remote.HalfCloses && silent >= _options.Linger && !_sendingToRemote && !_sendingToLocal)
        {
            // What was in flight has arrived and was passed on; a stock peer does not know that it should end. (While a slow reader
            // holds a send up nothing can arrive, and that silence says nothing.)
            (_localEnded ? _remote : _local).StopReading();
        }
        else if ((_localEnded || _remoteEnded) && Exceeded(silent, _options.HalfClosedTimeout))
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

    private bool HasLost(SpliceEnd end)
    {
        if (end.Loop?.HasLostPeer(_options.KeepAlive) != true)
        {
            return false;
        }

        End(end.Loss);
        return true;
    }

    private static bool Exceeded(TimeSpan elapsed, TimeSpan limit) => limit > TimeSpan.Zero && elapsed >= limit;
}
