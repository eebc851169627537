using FastProxy.Transport.Listening;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;

namespace FastProxy.Client.Middleware;

/// <summary>The Kestrel connection middleware.</summary>
public static class FastProxyConnectionBuilderExtensions
{
    /// <summary>
    /// Ends the pipeline: every accepted connection is spliced, as raw TCP, onto an authenticated WebSocket stream to the gateway. A
    /// connection that is refused is reset, because a FIN would look like an empty answer; the log says why.
    /// </summary>
    /// <remarks>
    /// On <see cref="SocketListenerFactory"/> the splice takes the raw socket. On any other Kestrel transport it copies through the
    /// connection's pipes; for a half-close that loses nothing there, set the transport's <c>MaxWriteBufferSize</c> to 1.
    /// </remarks>
    public static IConnectionBuilder UseFastProxy(this IConnectionBuilder builder, FastProxyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return builder.Use(_ => connection => RunAsync(connection, options));
    }

    private static async Task RunAsync(ConnectionContext connection, FastProxyOptions options)
    {
        var began = TimeProvider.System.GetTimestamp();
        var app = options.Request.App.Authority;

        // Not under ConnectionClosed: Kestrel's transport fires it when the client has ended its direction, and only that one.
        var outcome = await options.Carrier.CarryAsync(options.Request, () => OpenLocal(connection), CancellationToken.None);
        if (outcome.Failure is { } failure)
        {
            MiddlewareLog.Refused(options.Logger, connection.RemoteEndPoint, app, failure.Message, failure.Reason ?? "-", failure.Request ?? "-");
            connection.Abort(new ConnectionAbortedException(failure.Message));
            return;
        }

        var ending = outcome.Ending;
        MiddlewareLog.Ended(
            options.Logger,
            connection.RemoteEndPoint,
            app,
            ending.Reason.ToName(),
            outcome.Request ?? "-",
            ending.ToRemote,
            ending.ToLocal,
            TimeProvider.System.GetElapsedTime(began).TotalSeconds);
    }

    private static SpliceEnd OpenLocal(ConnectionContext connection) =>
        connection.Features.Get<SocketConnection>() is { } accepted
            ? accepted.TakeOver(ReasonCode.ClientReset)
            : new ConnectionPipeEnd(connection);
}
