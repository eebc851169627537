using System.Net;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Client.Middleware;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Bastion;

/// <summary>A session of a TCP listener: it stays admitted as long as the listener leads to the same application with the same token for this peer.</summary>
internal sealed class PortSession(PortListener listener, IPAddress? peer) : BastionSession
{
    public override bool IsAdmitted() =>
        Endpoint.Listener is PortListener now
        && now.Allows(peer)
        && now.Request.App == listener.Request.App
        && now.Request.Destination == listener.Request.Destination
        && now.Request.Credential.Service?.ClientId == listener.Request.Credential.Service?.ClientId;

    /// <summary>What the middleware is told of it.</summary>
    public IGatewaySession Feature(ConnectionContext connection, SessionCounters counters, ILogger logger) => new View(this, connection, listener, counters, logger);

    private sealed class View(PortSession session, ConnectionContext connection, PortListener listener, SessionCounters counters, ILogger logger)
        : PlainSession(connection, listener.Request, logger)
    {
        public override CancellationToken Ending => session.Ending;

        public override ReasonCode EndingReason => session.EndingReason;

        public override Task OnRefusedAsync(ConnectFailure failure)
        {
            counters.Refused(failure, EndingReason);
            return base.OnRefusedAsync(failure);
        }

        public override void OnEnded(in CarrierOutcome outcome, TimeSpan duration)
        {
            counters.Ended(outcome.Ending);
            base.OnEnded(outcome, duration);
        }
    }
}
