using FastProxy.Transport.Streams;

namespace FastProxy.Client.Bastion;

/// <summary>The sessions that are alive, counted for each user and looked through when the rules change. Thread-safe.</summary>
internal sealed class BastionSessions
{
    private readonly Lock _gate = new();
    private readonly HashSet<BastionSession> _live = [];
    private readonly TaskCompletionSource _none = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReasonCode? _over;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _live.Count;
            }
        }
    }

    /// <summary>Takes a session in; false where its rule's limit for its user is reached.</summary>
    public bool TryEnter(BastionSession session)
    {
        ReasonCode? end;
        lock (_gate)
        {
            // The rules may have changed between the decision and now, without having seen this session; counted is by those in force.
            end = session.IsAdmitted() ? _over : ReasonCode.PolicyDenied;
            if (session is UserSession { Rule.Sessions: { } most } user && CountOf(user) >= most)
            {
                return false;
            }

            _live.Add(session);
        }

        if (end is { } reason)
        {
            session.End(reason);
        }

        return true;
    }

    /// <summary>Lets a session go.</summary>
    public void Leave(BastionSession session)
    {
        lock (_gate)
        {
            _live.Remove(session);
            CheckWhetherOver();
        }
    }

    /// <summary>
    /// Changes the rules in one step with the sessions' places under them, ends what they do not admit any more, and returns how many that were.
    /// </summary>
    public int Change(Action rules)
    {
        List<BastionSession> denied;
        lock (_gate)
        {
            rules();
            denied = [.. _live.Where(session => !session.IsAdmitted())];
        }

        // Outside the lock: what ends may run its last steps right here, and these take the lock.
        foreach (var session in denied)
        {
            session.End(ReasonCode.PolicyDenied);
        }

        return denied.Count;
    }

    /// <summary>
    /// Ends every session, and those that may still come: the bastion waits for them no longer. Completes when all that it found have told
    /// their clients and the log, which a gateway that does not answer holds up for <see cref="StreamProtocol.ResetTime"/>.
    /// </summary>
    public Task EndAllAsync(ReasonCode reason)
    {
        BastionSession[] all;
        lock (_gate)
        {
            _over ??= reason;
            all = [.. _live];
            CheckWhetherOver();
        }

        foreach (var session in all)
        {
            session.End(reason);
        }

        return _none.Task;
    }

    /// <summary>Called with the gate held.</summary>
    private void CheckWhetherOver()
    {
        if (_over is not null && _live.Count == 0)
        {
            _none.TrySetResult();
        }
    }

    private int CountOf(UserSession session)
    {
        var count = 0;
        foreach (var other in _live)
        {
            count += other is UserSession user && user.UserId == session.UserId && ReferenceEquals(user.Rule, session.Rule) ? 1 : 0;
        }

        return count;
    }
}
