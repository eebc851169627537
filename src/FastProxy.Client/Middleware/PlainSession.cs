using System.Net.Sockets;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Middleware;

/// <summary>The session of a connection that speaks no protocol of ours: refused by a reset, because a FIN would look like an empty answer.</summary>
internal class PlainSession(ConnectionContext connection, GatewayRequest request, ILogger logger) : IGatewaySession
{
    public GatewayRequest Request => request;

    public virtual CancellationToken Ending => CancellationToken.None;

    public virtual ReasonCode EndingReason => ReasonCode.Shutdown;

    public bool Greets => false;

    public ReasonCode Greet(Socket client, string? requestId) => ReasonCode.Ok;

    public virtual Task OnRefusedAsync(ConnectFailure failure)
    {
        MiddlewareLog.Refused(logger, connection.RemoteEndPoint, Request.App.App, failure.Message, failure.ReasonName(EndingReason), failure.Request ?? "-");
        connection.Abort(new ConnectionAbortedException(failure.Message));
        return Task.CompletedTask;
    }

    public virtual void OnEnded(in CarrierOutcome outcome, TimeSpan duration)
    {
        var ending = outcome.Ending;
        MiddlewareLog.Ended(
            logger,
            connection.RemoteEndPoint,
            Request.App.App,
            ending.Reason.ToName(),
            outcome.Request ?? "-",
            ending.ToRemote,
            ending.ToLocal,
            duration.TotalSeconds);
    }
}
