using FastProxy.Access.Applications;
using FastProxy.Access.Decisions;
using FastProxy.Gateway.Http;
using FastProxy.Gateway.Origins;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using Microsoft.Extensions.Logging;

namespace FastProxy.Gateway.Sessions;

/// <summary>The part of a session's way that is the same however it was opened: decide, count, dial; then splice, and write down how it went.</summary>
internal sealed class SessionRunner
{
    private readonly Authorizer _authorizer;
    private readonly SessionRegistry _registry;
    private readonly OriginDialer _dialer;
    private readonly IDecisionLog _decisions;
    private readonly SessionCounters _counters;
    private readonly SpliceOptions _splice;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    public SessionRunner(
        Authorizer authorizer,
        SessionRegistry registry,
        OriginDialer dialer,
        IDecisionLog decisions,
        SessionCounters counters,
        GatewayOptions options,
        TimeProvider timeProvider,
        ILogger logger)
    {
        _authorizer = authorizer;
        _registry = registry;
        _dialer = dialer;
        _decisions = decisions;
        _counters = counters;
        _timeProvider = timeProvider;
        _logger = logger;
        _splice = new SpliceOptions
        {
            IdleTimeout = options.Limits.IdleTimeout,
            HalfClosedTimeout = options.Limits.HalfClosedTimeout,
            KeepAlive = options.Keepalive,
            TimeProvider = timeProvider,
        };
    }

    /// <summary>The clock of its sessions.</summary>
    public TimeProvider TimeProvider => _timeProvider;

    /// <summary>Decides, takes a place and dials. One of the two results is null; a refusal has been logged.</summary>
    public async ValueTask<(PreparedSession? Session, Refusal? Refusal)> PrepareAsync(
        RequestTarget target,
        Application application,
        Caller caller,
        string? destination,
        string requestId,
        CancellationToken cancellationToken)
    {
        var (admission, refusal, policyId) = _authorizer.Decide(application, caller, destination);
        if (admission is null)
        {
            Refused(target, application, caller, destination, requestId, refusal!, policyId);
            return (null, refusal);
        }

        (var live, refusal) = _registry.Enter(admission, caller);
        if (live is null)
        {
            Refused(target, application, caller, destination, requestId, refusal!, policyId);
            return (null, refusal);
        }

        SpliceEnd? origin = null;
        try
        {
            using var dialing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, live.Ended);
            (origin, refusal) = await _dialer.DialAsync(admission.Origin, dialing.Token);
            if (origin is not null)
            {
                GatewayLog.SessionBegan(_logger, requestId, NameOf(caller), caller.Claim ?? "-", caller.Address, application.Name, admission.Origin.ToString());
                var session = new PreparedSession(live, origin, target.Host, requestId);
                _decisions.Write(Describe(session) with { Reason = ReasonCode.Ok.ToName() });
                return (session, null);
            }

            if (live.Ended.IsCancellationRequested)
            {
                refusal = live.Reason == ReasonCode.Shutdown
                    ? SessionRegistry.Stopping()
                    : new Refusal(ReasonCode.PolicyDenied, "access was withdrawn while the origin was being dialled");
            }
            else if (cancellationToken.IsCancellationRequested)
            {
                refusal = new Refusal(ReasonCode.ClientReset, "the client went away while the origin was being dialled");
            }
        }
        catch
        {
            // Whatever failed, the place must not stay taken: the limits would shrink for good.
            if (origin is not null)
            {
                await origin.DisposeAsync();
            }

            live.Dispose();
            throw;
        }

        live.Dispose();
        Refused(target, application, caller, destination, requestId, refusal!, policyId);
        return (null, refusal);
    }

    /// <summary>Gives up a prepared session whose client went away before it could be told, and writes that down.</summary>
    public async ValueTask AbandonAsync(PreparedSession session)
    {
        await session.AbandonAsync();
        WriteEnd(session, new SpliceOutcome(ReasonCode.ClientReset, 0, 0), TimeSpan.Zero);
    }

    /// <summary>Splices a prepared session until it is over.</summary>
    public async Task<SpliceOutcome> RunAsync(PreparedSession session, SpliceEnd client)
    {
        var began = _timeProvider.GetTimestamp();
        using var live = session.Live;
        var outcome = await Splice.RunAsync(session.Origin, client, _splice, () => live.Reason, live.Ended);
        WriteEnd(session, outcome, _timeProvider.GetElapsedTime(began));
        return outcome;
    }

    /// <summary>Writes a refusal down. What a stranger can cause without a token we know goes to the log only, never to the decision log on disk.</summary>
    public void Refused(RequestTarget target, Application? application, Caller caller, string? destination, string requestId, Refusal refusal, Guid? policyId, Guid? claimedToken = null)
    {
        _counters.Refusals.Add(refusal.Code);
        GatewayLog.Refused(_logger, requestId, NameOf(caller), caller.ClientId ?? "-", caller.Address, target.Host, refusal.Code.ToName(), refusal.Message);
        if (caller.Token is null && claimedToken is null)
        {
            return;
        }

        _decisions.Write(Describe(target.Host, application, caller, destination, requestId) with
        {
            Reason = refusal.Code.ToName(),
            PolicyId = policyId,
            TokenId = caller.Token?.Id ?? claimedToken,
        });
    }

    private void WriteEnd(PreparedSession session, in SpliceOutcome outcome, TimeSpan duration)
    {
        var record = Describe(session);
        _counters.Ended(outcome);
        GatewayLog.SessionEnded(_logger, record.RequestId, NameOf(session.Live.Caller), record.ApplicationName!, outcome.Reason.ToName(), outcome.ToLocal, outcome.ToRemote, duration.TotalSeconds);
        _decisions.Write(record with
        {
            Reason = outcome.Reason.ToName(),
            BytesUp = outcome.ToLocal,
            BytesDown = outcome.ToRemote,
            Duration = duration,
        });
    }

    /// <summary>Made anew at the session's end: a record is three times as large as what it is made from, and sessions live for hours.</summary>
    private DecisionRecord Describe(PreparedSession session)
    {
        var admission = session.Live.Admission;
        return Describe(session.Domain, admission.Application, session.Live.Caller, admission.Destination, session.RequestId) with
        {
            Allowed = true,
            PolicyId = admission.Policy.Id,
        };
    }

    private DecisionRecord Describe(string domain, Application? application, Caller caller, string? destination, string requestId) => new()
    {
        Time = _timeProvider.GetUtcNow(),
        RequestId = requestId,
        Allowed = false,
        Reason = "",
        ApplicationId = application?.Id,
        ApplicationName = application?.Name,
        Domain = domain,
        TokenId = caller.Token?.Id,
        ClientId = caller.Token?.ClientId,
        TokenName = caller.Token?.Name,
        Address = caller.Address,
        Destination = destination,
        UserAgent = caller.UserAgent,
    };

    private static string NameOf(Caller caller) => (caller.Token ?? caller.LapsedToken)?.Name ?? "nobody";
}
