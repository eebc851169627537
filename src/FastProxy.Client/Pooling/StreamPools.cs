using System.Collections.Concurrent;
using FastProxy.Client.Connecting;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Pooling;

/// <summary>
/// The pools of a process, one for everything that decides who is at the far end and who we are: bytes of one credential never travel on
/// another's stream. Thread-safe.
/// </summary>
public sealed class StreamPools : IAsyncDisposable
{
    private readonly GatewayConnector _connector;
    private readonly TimeProvider _timeProvider;
    private readonly ConcurrentDictionary<PoolKey, Lazy<GatewayPool>> _pools = new();
    private readonly List<KeyValuePair<PoolKey, GatewayPool>> _retiring = [];
    private readonly Dictionary<(string Gateway, string? ClientId), PoolCounters> _gone = [];
    private readonly RouteWatch _routes;
    private volatile StreamPoolOptions _options;
    private volatile bool _closed;

    /// <summary>Makes an empty set.</summary>
    /// <param name="connector">Makes the connections.</param>
    /// <param name="options">The same for every pool.</param>
    /// <param name="logger">Where it is told what the pools have to do without.</param>
    /// <param name="timeProvider">The clock.</param>
    public StreamPools(GatewayConnector connector, StreamPoolOptions options, ILogger logger, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(options);
        _connector = connector;
        _options = options;
        _timeProvider = timeProvider;
        _routes = RouteWatch.Subscribe(RetireMoved, out var problem);
        if (problem is not null)
        {
            PoolingLog.RoutesUnwatched(logger, problem.Message);
        }
    }

    /// <summary>The counters of every pool, by the gateway's URL and the client id.</summary>
    public IReadOnlyList<(string Gateway, string? ClientId, PoolCounters Counters)> Counters =>
        [.. _pools.Where(pool => pool.Value.IsValueCreated).Select(pool => (pool.Key.Url, pool.Key.ClientId, pool.Value.Value.Streams.Counters))];

    /// <summary>
    /// <see cref="Counters"/>, and what the pools had done that are gone. Summed by name a total never falls, as it would with the pool of a
    /// secret that was replaced.
    /// </summary>
    public IReadOnlyList<(string Gateway, string? ClientId, PoolCounters Counters)> CountersSinceStart
    {
        get
        {
            lock (_gone)
            {
                return
                [
                    .. Counters,
                    .. _retiring.Select(pool => (pool.Key.Url, (string?)pool.Key.ClientId, pool.Value.Streams.Counters)),
                    .. _gone.Select(pool => (pool.Key.Gateway, pool.Key.ClientId, pool.Value)),
                ];
            }
        }
    }

    /// <summary>How dialling goes for every pool.</summary>
    internal IReadOnlyList<(PoolKey Key, PoolHealth Health)> Health =>
        [.. _pools.Where(pool => pool.Value.IsValueCreated).Select(pool => (pool.Key, pool.Value.Value.Streams.Health))];

    internal StreamPoolOptions Options => _options;

    internal TimeProvider TimeProvider => _timeProvider;

    /// <summary>Makes the pool of a session that will come, so that it is filled ahead of it where that is possible.</summary>
    public void Prepare(GatewayRequest request) => Find(request);

    /// <summary>
    /// Lets go of every pool that none of these sessions would use: its gateway, application or credential is not configured any more, or
    /// has another secret. Live sessions go on.
    /// </summary>
    public async ValueTask RetireExceptAsync(IEnumerable<GatewayRequest> requests)
    {
        var keep = requests.Select(PoolKey.Of).ToHashSet();
        await Task.WhenAll(_pools.Where(pool => !keep.Contains(pool.Key)).Select(pool => RetireAsync(pool.Key)));
    }

    /// <summary>Puts other options in force in every pool; see <see cref="StreamPool.Reconfigure"/>. Sessions that live or wait go on.</summary>
    public void Reconfigure(StreamPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        // First, so that a pool which is made from now on is right by itself.
        _options = options;
        foreach (var pool in _pools.Values)
        {
            pool.Value.Reconfigure(options);
        }
    }

    /// <summary>Lets go of every stream, now or when its session is over: new ones are made under what is in force by then. Live sessions go on.</summary>
    public void RetireAll()
    {
        foreach (var pool in _pools.Values)
        {
            pool.Value.Streams.RetireAll();
        }
    }

    /// <summary>Closes every idle stream and refuses new sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        _routes.Dispose();
        foreach (var pool in _pools.Values)
        {
            await pool.Value.DisposeAsync();
        }
    }

    internal GatewayPool Find(GatewayRequest request)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        return _pools.GetOrAdd(
            PoolKey.Of(request),
            static (_, arguments) => new Lazy<GatewayPool>(() => new GatewayPool(arguments.Self._connector, arguments.Request, arguments.Self._options, arguments.Self._timeProvider)),
            (Self: this, Request: request)).Value;
    }

    private async Task RetireAsync(PoolKey key)
    {
        GatewayPool pool;
        lock (_gone)
        {
            if (!_pools.TryRemove(key, out var removed))
            {
                return;
            }

            pool = removed.Value;
            _retiring.Add(new(key, pool));
        }

        await pool.RetireAsync();
        lock (_gone)
        {
            _retiring.Remove(new(key, pool));
            var name = (key.Url, key.ClientId);
            _gone[name] = PoolCounters.Totals(pool.Streams.Counters, _gone.GetValueOrDefault(name));
        }
    }

    /// <summary>Lets go of the streams that no longer leave this machine the way a new one would.</summary>
    private void RetireMoved()
    {
        var routes = new RouteProbe();
        foreach (var pool in _pools.Values)
        {
            if (pool.IsValueCreated)
            {
                pool.Value.Streams.Retire(DiscardCause.Network, connection => routes.HasMoved(connection.Local, connection.Remote));
            }
        }
    }
}
