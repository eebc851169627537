using FastProxy.Client.Carrying;
using FastProxy.Transport.Listening;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

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
        return builder.Use(_ => connection => RunAsync(connection, new PlainSession(connection, options.Request, options.Logger), options.Carrier));
    }

    /// <summary>Ends a pipeline in which an earlier middleware has set <see cref="IGatewaySession"/>.</summary>
    internal static IConnectionBuilder UseFastProxy(this IConnectionBuilder builder, Carrier carrier) =>
        builder.Use(_ => connection => RunAsync(connection, connection.Features.GetRequiredFeature<IGatewaySession>(), carrier));

    private static async Task RunAsync(ConnectionContext connection, IGatewaySession session, Carrier carrier)
    {
        var began = TimeProvider.System.GetTimestamp();

        // Not under ConnectionClosed: Kestrel's transport fires it when the client has ended its direction, and only that one.
        // Nothing is told to its client before the gateway has answered, where something is told at all.
        var outcome = await carrier.CarryAsync(
            session.Request, requestId => OpenLocal(connection, session, requestId), ahead: !session.Greets, () => session.EndingReason, session.Ending);
        if (outcome.Failure is { } failure)
        {
            await session.OnRefusedAsync(failure);
            return;
        }

        session.OnEnded(outcome, TimeProvider.System.GetElapsedTime(began));
    }

    private static SpliceEnd OpenLocal(ConnectionContext connection, IGatewaySession session, string? requestId)
    {
        SpliceEnd local = connection.Features.Get<SocketConnection>() is { } accepted
            ? accepted.TakeOver(ReasonCode.ClientReset)
            : new ConnectionPipeEnd(connection);
        if (session.Greets
            && session.Greet(connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket, requestId) is var told and not ReasonCode.Ok)
        {
            // The splice finds it so, and ends the session at the gateway.
            local.Abort(told);
        }

        return local;
    }
}
