using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FastProxy.Client.Agent;
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
    private static readonly byte[] s_opened = "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray();
    private static readonly byte[] s_openedWithOutcome = Encoding.ASCII.GetBytes(
        $"HTTP/1.1 200 Connection established\r\n{StreamProtocol.OutcomeHeader}: {StreamProtocol.OutcomeDescriptor}\r\n\r\n");

    private OutcomePipe? _outcome;
    private bool _refused;

    /// <summary>The user.</summary>
    public uint UserId => peer.UserId;

    /// <summary>The rule that admits it now; changed by <see cref="BastionSessions"/> alone.</summary>
    public BastionRule Rule { get; set; } = rule;

    /// <summary>The gateway's log shall have the user too.</summary>
    public GatewayRequest Request { get; } = request with { Claim = string.Create(CultureInfo.InvariantCulture, $"uid:{peer.UserId}") };

    public bool Greets => true;

    public ReasonCode Greet(Socket client, string? requestId)
    {
        try
        {
            if (!asked.WantsOutcome)
            {
                // Its buffer is empty: it is sent whole or, where the client is gone, not at all.
                client.Send(s_opened);
                return ReasonCode.Ok;
            }

            // Not before: until here nobody knows whether there will be an outcome, and a session that waits for its stream holds no more than its client.
            _outcome = OutcomePipe.TryCreate();
            if (_outcome?.TryPass(client, s_openedWithOutcome) == true)
            {
                return ReasonCode.Ok;
            }

            // A session whose end cannot be told is none that was asked for.
            var refusal = new ConnectRefusal(ReasonCode.Overloaded, "the bastion has no descriptor left on which it could say how the session ends") { Request = requestId };
            refusal.Report(logger, counters, peer, asked.Host);
            _refused = true;
            client.Send(refusal.Format());
            return ReasonCode.Overloaded;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return ReasonCode.ClientReset;
        }
    }

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
        if (_refused)
        {
            return;
        }

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
        _outcome?.Tell(new AgentOutcome(ending.Reason, outcome.Request));
    }

    public override void Dispose()
    {
        _outcome?.Dispose();
        base.Dispose();
    }
}
