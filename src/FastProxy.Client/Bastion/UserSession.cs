using System.Globalization;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Client.Middleware;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Bastion;

/// <summary>A session of a unix listener: one user, one application, admitted by one rule.</summary>
internal sealed class UserSession(ConnectionContext connection, PeerCredentials peer, ConnectRequest asked, BastionRule rule, GatewayRequest request, SessionCounters counters, ILogger logger)
    : BastionSession, IGatewaySession
{
    private static readonly byte[] s_greeting = "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray();

    /// <summary>The user.</summary>
    public uint UserId => peer.UserId;

    /// <summary>The rule that admits it now; changed by <see cref="BastionSessions"/> alone.</summary>
    public BastionRule Rule { get; set; } = rule;

    /// <summary>The gateway's log shall have the user too.</summary>
    public GatewayRequest Request { get; } = request with { Claim = string.Create(CultureInfo.InvariantCulture, $"uid:{peer.UserId}") };

    public ReadOnlyMemory<byte> Greeting => s_greeting;

    ReasonCode IGatewaySession.EndingReason => EndingReason;

    public override bool IsAdmitted()
    {
        if ((Endpoint.Listener as UnixListener)?.Find(peer, asked.Host) is not { } now || now.TokenName != Rule.TokenName)
        {
            return false;
        }

        Rule = now;
        return true;
    }

    public Task OnRefusedAsync(ConnectFailure failure) =>
        ConnectRefusal.AnswerAsync(connection, logger, counters, peer, asked.Host, ConnectRefusal.Of(failure, EndingReason));

    public void OnEnded(in CarrierOutcome outcome, TimeSpan duration)
    {
        var ending = outcome.Ending;
        counters.Ended(ending);
        BastionLog.UserSessionEnded(
            logger,
            peer.UserId,
            peer.UserName ?? "-",
            peer.ProcessId,
            asked.Host,
            Rule.TokenName,
            ending.Reason.ToName(),
            outcome.Request ?? "-",
            ending.ToRemote,
            ending.ToLocal,
            duration.TotalSeconds);
    }
}
