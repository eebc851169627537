using FastProxy.Client.Connecting;
using FastProxy.Client.Pooling;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Carrying;

/// <summary>
/// Carries a local end's bytes through the gateway: on a stream of a pool, or, without pools, on a connection of its own. Thread-safe.
/// </summary>
public sealed class Carrier
{
    private readonly GatewayConnector _connector;
    private readonly KeepAliveKind _keepAlive;
    private readonly PooledCarrier? _pooled;
    private volatile SpliceOptions _options;

    /// <summary>A carrier.</summary>
    /// <param name="connector">Opens the connections.</param>
    /// <param name="options">Time limits of the sessions.</param>
    /// <param name="keepAlive">How stock peers are kept alive.</param>
    /// <param name="pools">Where streams come from; null for a connection to every session.</param>
    public Carrier(GatewayConnector connector, SpliceOptions options, KeepAliveKind keepAlive, StreamPools? pools = null)
    {
        _connector = connector;
        _options = options;
        _keepAlive = keepAlive;
        _pooled = pools is null ? null : new PooledCarrier(connector, pools, keepAlive);
    }

    /// <summary>Time limits of the sessions; a change counts for those that begin from now on.</summary>
    public SpliceOptions Options
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>Opens a session and carries it to its end. Never throws for what the gateway or the network does.</summary>
    /// <param name="request">What to open.</param>
    /// <param name="openLocal">Opens the local end, once the gateway has admitted the session; not called otherwise.</param>
    /// <param name="cancellationToken">Ends the session as if the local end had been reset.</param>
    public Task<CarrierOutcome> CarryAsync(GatewayRequest request, Func<SpliceEnd> openLocal, CancellationToken cancellationToken) =>
        CarryAsync(request, _ => openLocal(), ahead: false, static () => ReasonCode.ClientReset, cancellationToken);

    /// <summary>Opens a session and carries it to its end. Never throws for what the gateway or the network does.</summary>
    /// <param name="request">What to open.</param>
    /// <param name="openLocal">Opens the local end. Gets the request id; null where the gateway has given none, or not yet.</param>
    /// <param name="ahead">
    /// Whether the local end may be opened, and its bytes sent, before the gateway has admitted the session: one round trip less. A refusal
    /// then resets it. Otherwise it is opened once the session is admitted, and not at all where it is refused.
    /// </param>
    /// <param name="cancellationReason">Asked when <paramref name="cancellationToken"/> fires: why the session is ended.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    public Task<CarrierOutcome> CarryAsync(
        GatewayRequest request, Func<string?, SpliceEnd> openLocal, bool ahead, Func<ReasonCode> cancellationReason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(openLocal);
        return _pooled?.CarryAsync(request, _options, openLocal, ahead, cancellationReason, cancellationToken)
            ?? CarryAloneAsync(request, openLocal, cancellationReason, cancellationToken);
    }

    private async Task<CarrierOutcome> CarryAloneAsync(
        GatewayRequest request, Func<string?, SpliceEnd> openLocal, Func<ReasonCode> cancellationReason, CancellationToken cancellationToken)
    {
        var (connection, failure) = await _connector.ConnectAsync(request, cancellationToken);
        if (connection is null)
        {
            return new CarrierOutcome(failure, default, failure!.Request);
        }

        SpliceEnd local;
        try
        {
            local = openLocal(connection.Request);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        var ending = await Splice.RunAsync(local, connection.OpenEnd(_keepAlive, _options.TimeProvider), _options, cancellationReason, cancellationToken);
        return new CarrierOutcome(null, ending, connection.Request);
    }
}
