using FastProxy.Client.Connecting;
using FastProxy.Client.Pooling;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Carrying;

/// <summary>Carries sessions on the streams of pools.</summary>
internal sealed class PooledCarrier(GatewayConnector connector, StreamPools pools, KeepAliveKind keepAlive)
{
    /// <summary>Opens a session and carries it to its end.</summary>
    /// <param name="request">What to open.</param>
    /// <param name="options">Time limits of the session.</param>
    /// <param name="openLocal">Opens the local end. Gets the request id; null where the gateway has given none, or not yet.</param>
    /// <param name="ahead">Whether it is opened at once, so that its bytes may go ahead of the gateway's answer; else once the session is admitted.</param>
    /// <param name="cancellationReason">Asked when <paramref name="cancellationToken"/> fires: why the session is ended.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    public async Task<CarrierOutcome> CarryAsync(
        GatewayRequest request, SpliceOptions options, Func<string?, SpliceEnd> openLocal, bool ahead, Func<ReasonCode> cancellationReason, CancellationToken cancellationToken)
    {
        var pool = pools.Find(request);
        var (connection, failure) = await pool.Streams.TakeAsync(cancellationToken);
        return connection switch
        {
            PooledStream stream => await CarryOnStreamAsync(pool, stream, request, options, openLocal, ahead, cancellationReason, cancellationToken),
            PooledWarmConnection warm => await UpgradeAndCarryAsync(pool, warm, request, options, openLocal, cancellationReason, cancellationToken),
            _ => new CarrierOutcome(failure, default, failure!.Request),
        };
    }

    private async Task<CarrierOutcome> CarryOnStreamAsync(
        GatewayPool pool,
        PooledStream stream,
        GatewayRequest request,
        SpliceOptions options,
        Func<string?, SpliceEnd> openLocal,
        bool ahead,
        Func<ReasonCode> cancellationReason,
        CancellationToken cancellationToken)
    {
        await using var session = PooledSession.Begin(pool.Streams, stream, request, pools.Options.KeepAlive, pools.TimeProvider);
        ConnectFailure? failure;
        if (!ahead)
        {
            await using var cancelled = cancellationToken.UnsafeRegister(_ => session.Abort(cancellationReason()), null);
            if ((failure = await session.Opening) is not null)
            {
                return new CarrierOutcome(failure, default, failure.Request);
            }
        }

        var ending = await Splice.RunAsync(openLocal(session.Request), session, options, cancellationReason, cancellationToken);
        failure = await session.Opening;
        return new CarrierOutcome(failure, ending, failure?.Request ?? session.Request);
    }

    /// <summary>The session is opened with the upgrade, as towards any peer that is not known to speak <c>fastproxy.v1</c>.</summary>
    private async Task<CarrierOutcome> UpgradeAndCarryAsync(
        GatewayPool pool,
        PooledWarmConnection warm,
        GatewayRequest request,
        SpliceOptions options,
        Func<string?, SpliceEnd> openLocal,
        Func<ReasonCode> cancellationReason,
        CancellationToken cancellationToken)
    {
        PooledConnection held = warm;
        var (connection, failure) = await connector.UpgradeAsync(warm.Connection, request, cancellationToken);
        if (failure is { Unanswered: true } && warm.HasWaited)
        {
            // The peer gave the connection up while it waited; nothing of the session has been sent to it.
            pool.Streams.Discard(warm, DiscardCause.Closed);
            (var fresh, failure) = await pool.Streams.TakeFreshAsync(cancellationToken);
            if (fresh is PooledStream stream)
            {
                return await CarryOnStreamAsync(pool, stream, request, options, openLocal, ahead: false, cancellationReason, cancellationToken);
            }

            if (fresh is not PooledWarmConnection second)
            {
                return new CarrierOutcome(failure, default, null);
            }

            held = second;
            (connection, failure) = await connector.UpgradeAsync(second.Connection, request, cancellationToken);
        }

        if (connection is null)
        {
            pool.Streams.Discard(held, DiscardCause.Spent);
            return new CarrierOutcome(failure, default, failure!.Request);
        }

        pool.Learn(connection.IsOurs);
        SpliceEnd remote;
        if (connection.IsOurs)
        {
            var stream = new PooledStream(connection, pools.TimeProvider);
            pool.Streams.Replace(held, stream);
            held = stream;
            remote = stream.Stream.BeginOpened(last: false);
        }
        else
        {
            remote = connection.OpenEnd(keepAlive, pools.TimeProvider);
        }

        SpliceEnd local;
        try
        {
            local = openLocal(connection.Request);
        }
        catch
        {
            // Whoever waits at the other end must not wait for somebody that never comes, nor the pool for its place.
            pool.Streams.Discard(held, DiscardCause.Spent);
            if (!connection.IsOurs)
            {
                await remote.DisposeAsync();
            }

            throw;
        }

        var ending = await Splice.RunAsync(local, remote, options, cancellationReason, cancellationToken);
        if (remote is ClientSession { IsOver: true })
        {
            pool.Streams.Return(held);
        }
        else
        {
            pool.Streams.Discard(held, connection.IsOurs ? DiscardCause.Lost : DiscardCause.Spent);
        }

        return new CarrierOutcome(null, ending, connection.Request);
    }
}
