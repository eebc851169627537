using FastProxy.Client.Connecting;

namespace FastProxy.Client.Pooling;

/// <summary>
/// The pool of one key, and what it has learnt about the peer: one that speaks <c>fastproxy.v1</c> gets streams, any other one gets
/// connections that are upgraded on demand. Without a <c>gateway</c> nothing is dialled ahead until the first session has shown which.
/// </summary>
internal sealed class GatewayPool : IAsyncDisposable
{
    private readonly GatewayConnector _connector;
    private readonly GatewayRequest _dialled;
    private readonly TimeProvider _timeProvider;
    private readonly object _lock = new();
    private StreamPoolOptions _options;
    private volatile bool _ours;
    private bool _known;

    /// <summary>Makes the pool.</summary>
    /// <param name="connector">Makes the connections.</param>
    /// <param name="request">Any session of the key.</param>
    /// <param name="options">How many and for how long.</param>
    /// <param name="timeProvider">The clock.</param>
    public GatewayPool(GatewayConnector connector, GatewayRequest request, StreamPoolOptions options, TimeProvider timeProvider)
    {
        _connector = connector;
        _dialled = request with { Destination = null, Claim = null, OpensSession = false };
        _options = options;
        _timeProvider = timeProvider;
        _ours = request.Gateway is not null && !request.Stock;
        Streams = new StreamPool(options, DialAsync, timeProvider, Random.Shared.NextDouble);
        if (_ours)
        {
            KeepAhead();
        }
    }

    /// <summary>The streams.</summary>
    public StreamPool Streams { get; }

    /// <summary>The first session has shown who is there: what it takes from now on is kept ready.</summary>
    public void Learn(bool ours)
    {
        _ours = ours;
        KeepAhead();
    }

    /// <summary>Puts other options in force.</summary>
    public void Reconfigure(StreamPoolOptions options)
    {
        lock (_lock)
        {
            _options = options;
            Streams.Reconfigure(options, _known ? options.MinIdle : 0);
        }
    }

    /// <summary>Closes it because the configuration names it no more.</summary>
    public ValueTask RetireAsync() => Streams.RetireAsync();

    public ValueTask DisposeAsync() => Streams.DisposeAsync();

    private void KeepAhead()
    {
        lock (_lock)
        {
            _known = true;
            Streams.KeepAhead(_options.MinIdle);
        }
    }

    private async Task<PoolDial> DialAsync(CancellationToken cancellationToken)
    {
        var (warm, failure) = await _connector.DialAsync(_dialled, cancellationToken);
        if (warm is null)
        {
            return new PoolDial(null, failure);
        }

        if (!_ours)
        {
            return new PoolDial(new PooledWarmConnection(warm, _timeProvider), null);
        }

        (var connection, failure) = await _connector.UpgradeAsync(warm, _dialled, cancellationToken);
        if (connection is null)
        {
            return new PoolDial(null, failure);
        }

        if (connection.IsOurs)
        {
            return new PoolDial(new PooledStream(connection, _timeProvider), null);
        }

        // It would hold an origin open that nobody asked for.
        await connection.DisposeAsync();
        if (_dialled.Gateway is not null)
        {
            return new PoolDial(null, new ConnectFailure(ConnectStage.Handshake, $"{_dialled.Url.Authority} does not speak fastproxy.v1, so it cannot be a gateway: leave gateway out"));
        }

        _ours = false;
        return await DialAsync(cancellationToken);
    }
}
