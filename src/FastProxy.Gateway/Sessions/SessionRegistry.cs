using System.Collections.Concurrent;
using FastProxy.Gateway.Http;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>
/// Every live session, and the counts that limit them. When tokens, policies or applications change, the sessions that would not be
/// admitted any more end. Thread-safe.
/// </summary>
internal sealed class SessionRegistry(LimitOptions limits, DescriptorBudget budget) : ILiveSessions
{
    private readonly ConcurrentDictionary<LiveSession, byte> _sessions = new();
    private readonly TokenCounts _perToken = new();
    private readonly object _lock = new();
    private int _count;
    private bool _stopping;

    /// <summary>Sessions alive now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The tokens that have sessions open now.</summary>
    public IReadOnlyList<Guid> Tokens()
    {
        lock (_lock)
        {
            return _perToken.Holders();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<Guid, int> CountByApplication(Guid tokenId)
    {
        var counts = new Dictionary<Guid, int>();
        foreach (var (session, _) in _sessions)
        {
            if (session.Admission.Token?.Id == tokenId)
            {
                var application = session.Admission.Application.Id;
                counts[application] = counts.GetValueOrDefault(application) + 1;
            }
        }

        return counts;
    }

    /// <summary>Takes a place for a session; the refusal names the limit and its knob.</summary>
    public (LiveSession? Session, Refusal? Refusal) Enter(Admission admission, Caller caller)
    {
        lock (_lock)
        {
            if (_stopping)
            {
                return (null, Stopping());
            }

            if (_count >= limits.Sessions)
            {
                return (null, new Refusal(ReasonCode.LimitSessions, $"{limits.Sessions} sessions are open, as many as limits.sessions allows"));
            }

            if (admission.Token is { } token && !_perToken.TryTake(token.Id, limits.SessionsPerToken))
            {
                return (null, new Refusal(ReasonCode.LimitSessions, $"the service token '{token.Name}' has {limits.SessionsPerToken} sessions open, as many as limits.sessions_per_token allows"));
            }

            if (!budget.TryTakeOrigin())
            {
                ReturnToken(admission);
                return (null, budget.Overloaded());
            }

            _count++;
        }

        var session = new LiveSession(this, admission, caller);
        _sessions[session] = 0;
        return (session, null);
    }

    public static Refusal Stopping() => new(ReasonCode.Shutdown, "the gateway is stopping: try again");

    /// <summary>Ends the sessions that are not admitted any more.</summary>
    public void Recheck(Authorizer authorizer)
    {
        // Enumerated as it is, once a second: Keys would be a copy of all of them, made under every lock.
        foreach (var (session, _) in _sessions)
        {
            if (!authorizer.StillAdmits(session.Admission, session.Caller))
            {
                session.End(ReasonCode.Revoked);
            }
        }
    }

    /// <summary>Takes no new sessions.</summary>
    public void StopAdmitting()
    {
        lock (_lock)
        {
            _stopping = true;
        }
    }

    /// <summary>Ends every session.</summary>
    public void EndAll(ReasonCode reason)
    {
        foreach (var (session, _) in _sessions)
        {
            session.End(reason);
        }
    }

    internal void Leave(LiveSession session)
    {
        _sessions.TryRemove(session, out _);
        lock (_lock)
        {
            _count--;
            ReturnToken(session.Admission);
        }

        budget.Return();
    }

    private void ReturnToken(Admission admission)
    {
        if (admission.Token is { } token)
        {
            _perToken.Return(token.Id);
        }
    }
}
