using FastProxy.Client.Connecting;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Carrying;

/// <summary>Carries a local end's bytes through the gateway: one connection, one session. Thread-safe.</summary>
public sealed class Carrier
{
    private readonly GatewayConnector _connector;
    private readonly SpliceOptions _options;
    private readonly KeepAliveKind _keepAlive;

    /// <summary>A carrier.</summary>
    /// <param name="connector">Opens the sessions.</param>
    /// <param name="options">Time limits of the sessions.</param>
    /// <param name="keepAlive">How stock peers are kept alive.</param>
    public Carrier(GatewayConnector connector, SpliceOptions options, KeepAliveKind keepAlive)
    {
        _connector = connector;
        _options = options;
        _keepAlive = keepAlive;
    }

    /// <summary>Opens a session and carries it to its end. Never throws for what the gateway or the network does.</summary>
    /// <param name="request">What to open.</param>
    /// <param name="openLocal">Opens the local end, once the gateway has admitted the session; not called otherwise.</param>
    /// <param name="cancellationToken">Ends the session as if the local end had been reset.</param>
    public Task<CarrierOutcome> CarryAsync(GatewayRequest request, Func<SpliceEnd> openLocal, CancellationToken cancellationToken) =>
        CarryAsync(request, openLocal, static () => ReasonCode.ClientReset, cancellationToken);

    /// <summary>Opens a session and carries it to its end. Never throws for what the gateway or the network does.</summary>
    /// <param name="request">What to open.</param>
    /// <param name="openLocal">Opens the local end, once the gateway has admitted the session; not called otherwise.</param>
    /// <param name="cancellationReason">Asked when <paramref name="cancellationToken"/> fires: why the session is ended.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    public async Task<CarrierOutcome> CarryAsync(
        GatewayRequest request, Func<SpliceEnd> openLocal, Func<ReasonCode> cancellationReason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(openLocal);
        var (connection, failure) = await _connector.ConnectAsync(request, cancellationToken);
        if (connection is null)
        {
            return new CarrierOutcome(failure, default, failure!.Request);
        }

        var ending = await Splice.RunAsync(
            openLocal(), connection.OpenEnd(_keepAlive), _options, cancellationReason, cancellationToken);
        return new CarrierOutcome(null, ending, connection.Request);
    }
}
