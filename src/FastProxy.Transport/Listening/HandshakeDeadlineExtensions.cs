using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FastProxy.Transport.Listening;

/// <summary>One deadline for everything that a connection of <see cref="SocketListenerFactory"/> does before its first request is there.</summary>
public static partial class HandshakeDeadlineExtensions
{
    /// <summary>
    /// Resets a connection whose first request is not whole in time, counted from accept: PROXY protocol header, TLS handshake and request head
    /// share it, so that being slow at each of them gains nothing. <see cref="SocketConnection.RequestArrived"/> ends it.
    /// </summary>
    /// <param name="builder">The listener's pipeline; this comes before the PROXY protocol, TLS and HTTP.</param>
    /// <param name="timeout">From accept to the end of the request's head.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Told at Debug: a stranger must not be able to fill a log.</param>
    public static IConnectionBuilder UseHandshakeDeadline(this IConnectionBuilder builder, TimeSpan timeout, TimeProvider timeProvider, ILogger logger) =>
        builder.Use(next => async connection =>
        {
            var accepted = connection.Features.Get<SocketConnection>()
                ?? throw new InvalidOperationException($"{nameof(UseHandshakeDeadline)} needs connections of {nameof(SocketListenerFactory)}.");
            accepted.AwaitRequest(timeProvider.CreateTimer(
                _ =>
                {
                    if (!accepted.RequestIsLate())
                    {
                        return;
                    }

                    LogTooSlow(logger, accepted.RemoteEndPoint, timeout);
                    accepted.Abort();
                },
                null,
                timeout,
                Timeout.InfiniteTimeSpan));
            try
            {
                await next(connection);
            }
            finally
            {
                accepted.RequestArrived();
            }
        });

    [LoggerMessage(2007, LogLevel.Debug, "A connection from {Peer} was reset: {Timeout} after it was accepted there was no whole request.", EventName = "HandshakeTooSlow")]
    private static partial void LogTooSlow(ILogger logger, EndPoint? peer, TimeSpan timeout);
}
