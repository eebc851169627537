using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FastProxy.Transport.Listening;

/// <summary>The PROXY protocol for connections of <see cref="SocketListenerFactory"/>.</summary>
public static partial class ProxyProtocolExtensions
{
    /// <summary>
    /// Reads the header that a load balancer puts before everything else (TLS too), and takes the address in it for the client's. It is
    /// mandatory, and only believed from whom <paramref name="isTrusted"/> names: everybody else is closed unread. How long it may take is left
    /// to <see cref="HandshakeDeadlineExtensions.UseHandshakeDeadline"/>.
    /// </summary>
    /// <param name="builder">The listener's pipeline.</param>
    /// <param name="isTrusted">Whether an address is one of the load balancers'.</param>
    /// <param name="logger">Failures are told at Debug: a stranger must not be able to fill a log.</param>
    public static IConnectionBuilder UseProxyProtocol(this IConnectionBuilder builder, Func<IPAddress, bool> isTrusted, ILogger logger) =>
        builder.Use(next => BehindProxy(next, isTrusted, Timeout.InfiniteTimeSpan, logger));

    /// <summary>The same as a step of a pipeline with a deadline of its own, for who decides by the connection whether to take it.</summary>
    /// <param name="next">What comes after the header.</param>
    /// <param name="isTrusted">Whether an address is one of the load balancers'.</param>
    /// <param name="timeout">The longest wait for the header.</param>
    /// <param name="logger">Failures are told at Debug: a stranger must not be able to fill a log.</param>
    public static ConnectionDelegate BehindProxy(ConnectionDelegate next, Func<IPAddress, bool> isTrusted, TimeSpan timeout, ILogger logger) =>
        async connection =>
        {
            if (connection.Features.Get<SocketConnection>() is not { } accepted)
            {
                throw new InvalidOperationException($"The PROXY protocol needs connections of {nameof(SocketListenerFactory)}.");
            }

            if (connection.RemoteEndPoint is not IPEndPoint balancer || !isTrusted(balancer.Address))
            {
                LogUntrusted(logger, connection.RemoteEndPoint);
                connection.Abort();
                return;
            }

            if (await ReadAsync(accepted.Stream, timeout) is not { } header)
            {
                LogNoHeader(logger, balancer);
                connection.Abort();
                return;
            }

            if (!header.IsLocal)
            {
                // Null where the balancer does not know: an address nobody knows is in no network.
                connection.RemoteEndPoint = header.Source;
            }

            await next(connection);
        };

    /// <summary>Reads exactly the header: what comes behind it belongs to TLS or HTTP. Null where there is none in time.</summary>
    private static async ValueTask<ProxyHeader?> ReadAsync(Stream stream, TimeSpan timeout)
    {
        var bytes = new byte[ProxyHeader.MaxLength];
        var length = 0;
        using var deadline = new CancellationTokenSource(timeout);
        try
        {
            while (true)
            {
                switch (ProxyHeader.TryParse(bytes.AsSpan(0, length), out var header, out var missing))
                {
                    case ProxyHeaderStatus.Complete:
                        return header;
                    case ProxyHeaderStatus.Invalid:
                        return null;
                }

                var read = await stream.ReadAsync(bytes.AsMemory(length, missing), deadline.Token);
                if (read == 0)
                {
                    return null;
                }

                length += read;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return null;
        }
    }

    [LoggerMessage(2003, LogLevel.Debug, "A connection from {Peer} was closed unread: it is not a trusted proxy, and the listener takes only those.", EventName = "ProxyProtocolUntrusted")]
    private static partial void LogUntrusted(ILogger logger, EndPoint? peer);

    [LoggerMessage(2004, LogLevel.Debug, "The trusted proxy {Peer} sent no PROXY protocol header, or a broken one.", EventName = "ProxyProtocolMissing")]
    private static partial void LogNoHeader(ILogger logger, EndPoint peer);
}
