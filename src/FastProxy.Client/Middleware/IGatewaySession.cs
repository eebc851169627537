using System.Net.Sockets;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Middleware;

/// <summary>
/// What a middleware before <c>UseFastProxy</c> has decided about a connection: which session to open for it, who may end it, and in which
/// words its client learns how it went. Found among the connection's features.
/// </summary>
internal interface IGatewaySession
{
    /// <summary>The session to open.</summary>
    GatewayRequest Request { get; }

    /// <summary>Ends the session.</summary>
    CancellationToken Ending { get; }

    /// <summary>Why <see cref="Ending"/> fired.</summary>
    ReasonCode EndingReason { get; }

    /// <summary>Whether the client is told when the session is open; one that speaks no protocol is not, and its first bytes may go ahead.</summary>
    bool Greets { get; }

    /// <summary>Tells the client that the session is open, ahead of its first byte. Called once, where <see cref="Greets"/>.</summary>
    /// <param name="client">To which nothing was sent yet.</param>
    /// <param name="requestId">The gateway's; null where there is none.</param>
    /// <returns><see cref="ReasonCode.Ok"/>, or why the session ends before it has begun.</returns>
    ReasonCode Greet(Socket client, string? requestId);

    /// <summary>The session did not come to be: tells the client and the log.</summary>
    Task OnRefusedAsync(ConnectFailure failure);

    /// <summary>The session ran and is over: tells the log.</summary>
    void OnEnded(in CarrierOutcome outcome, TimeSpan duration);
}
