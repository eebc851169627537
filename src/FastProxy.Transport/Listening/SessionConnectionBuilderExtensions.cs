using Microsoft.AspNetCore.Connections;

namespace FastProxy.Transport.Listening;

/// <summary>Sessions that outlive the HTTP request they came with.</summary>
public static class SessionConnectionBuilderExtensions
{
    /// <summary>
    /// Runs the session that a request left behind with <see cref="SocketConnection.Continue"/>, after the HTTP layer has ended and let go
    /// of everything it held: a request's objects cost more memory than the session. To the server the connection is alive until
    /// the session is over: stopping waits for it, aborting resets it.
    /// </summary>
    /// <param name="builder">The listener's pipeline; this comes before TLS and HTTP.</param>
    public static IConnectionBuilder UseSessions(this IConnectionBuilder builder)
    {
        return builder.Use(next => async connection =>
        {
            var accepted = connection.Features.Get<SocketConnection>()
                ?? throw new InvalidOperationException($"{nameof(UseSessions)} needs connections of {nameof(SocketListenerFactory)}.");
            accepted.UseReleasableHeartbeat();
            try
            {
                await next(connection);
            }
            finally
            {
                // However HTTP ended: the session holds places that it gives back at its end.
                await accepted.RunSessionAsync();
            }
        });
    }
}
