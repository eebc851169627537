using FastProxy.Transport.Streams;

namespace FastProxy.Transport.Splicing;

/// <content>Breaking the connection, at once or when the last words had their time.</content>
internal sealed partial class WebSocketLink
{
    /// <summary>How long an aborted stream may take to send what was posted before it is reset.</summary>
    public static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <summary>Stands in the place of a timer that has run.</summary>
    private static readonly ITimer s_fired = new Timer(static _ => { });

    private ITimer? _abortSoon;

    public void Abort(ReasonCode reason)
    {
        Fail(reason);
        _connection.Abort(reason);
    }

    /// <summary>Gives the last words a second to leave, then resets the connection: a peer that does not read must not keep a session alive.</summary>
    public void AbortSoon(ReasonCode reason) => AbortAfter(LastWords, reason);

    /// <summary>Resets the connection after <paramref name="time"/> unless <see cref="CancelAbort"/> comes first.</summary>
    public void AbortAfter(TimeSpan time, ReasonCode reason)
    {
        ITimer? timer = null;
        timer = _options.TimeProvider.CreateTimer(
            _ =>
            {
                if (Interlocked.CompareExchange(ref _abortSoon, s_fired, timer) == timer)
                {
                    Abort(reason);
                }
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        if (Interlocked.CompareExchange(ref _abortSoon, timer, null) is null)
        {
            timer.Change(time, Timeout.InfiniteTimeSpan);
        }
        else
        {
            timer.Dispose();
        }
    }

    /// <summary>
    /// Calls <see cref="AbortSoon"/> off: the words have left. Disposing a timer does not stop what is queued already, and the connection may
    /// be the next session's by the time it runs: so after this nothing is aborted that was not already.
    /// </summary>
    public void CancelAbort()
    {
        var timer = Interlocked.Exchange(ref _abortSoon, null);
        if (timer == s_fired)
        {
            // It was decided, and may not have been done yet.
            Abort(ReasonCode.StreamLost);
        }

        timer?.Dispose();
    }
}
