using System.Collections.Concurrent;
using FastProxy.Access.Applications;
using FastProxy.Gateway.Http;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>
/// The streams of <c>fastproxy.v1</c>. An idle one ends when its credential is not in force any more, when it has
/// waited for as long as <c>limits.stream_idle</c> allows, when its client has vanished, and when the gateway stops. Thread-safe.
/// </summary>
internal sealed class StreamRegistry(Authorizer authorizer, LimitOptions limits, TimeSpan keepAlive, DescriptorBudget budget, TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<LiveStream, byte> _streams = new();
    private readonly TokenCounts _perToken = new();
    private readonly object _lock = new();
    private bool _stopping;

    /// <summary>The clock's timestamp.</summary>
    public long Now => timeProvider.GetTimestamp();

    /// <summary>Streams now, idle and busy.</summary>
    public int Count => _streams.Count;

    /// <summary>Takes a place for a stream, before its 101; the refusal names the limit and its knob.</summary>
    /// <param name="caller">Who opened it.</param>
    /// <param name="application">The application whose host it came in under; null where that is none.</param>
    public (LiveStream? Stream, Refusal? Refusal) Enter(Caller caller, Application? application)
    {
        lock (_lock)
        {
            if (_stopping)
            {
                return (null, SessionRegistry.Stopping());
            }

            if (budget.IsExceeded)
            {
                return (null, budget.Overloaded());
            }

            if (caller.Token is { } token && !_perToken.TryTake(token.Id, limits.StreamsPerToken))
            {
                return (null, new Refusal(ReasonCode.LimitSessions, $"the service token '{token.Name}' has {limits.StreamsPerToken} streams open, as many as limits.streams_per_token allows"));
            }
        }

        var stream = new LiveStream(this, caller, application, timeProvider.GetTimestamp());
        _streams[stream] = 0;
        return (stream, null);
    }

    /// <summary>Ends the idle streams whose time is over.</summary>
    public void Recheck()
    {
        foreach (var (stream, _) in _streams)
        {
            Recheck(stream);
            stream.AbortIfLost(keepAlive);
        }
    }

    /// <summary>Takes no new streams, tells every client so, and ends each stream as soon as it is idle.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stopping = true;
        }

        foreach (var stream in _streams.Keys)
        {
            stream.Drain(ReasonCode.Shutdown);
        }

        Recheck();
    }

    internal void Recheck(LiveStream stream)
    {
        if (Volatile.Read(ref _stopping))
        {
            stream.EndIfIdle(ReasonCode.Shutdown);
        }
        else if (!authorizer.Authenticates(stream.Caller, stream.Application))
        {
            stream.EndIfIdle(ReasonCode.Revoked);
        }
        else if (limits.StreamIdle > TimeSpan.Zero && timeProvider.GetElapsedTime(stream.IdleSince) >= limits.StreamIdle)
        {
            stream.EndIfIdle(ReasonCode.Idle);
        }
    }

    internal void Leave(LiveStream stream)
    {
        _streams.TryRemove(stream, out _);
        if (stream.Caller.Token is { } token)
        {
            lock (_lock)
            {
                _perToken.Return(token.Id);
            }
        }
    }
}
