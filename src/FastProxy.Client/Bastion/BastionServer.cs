using System.Net;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Client.Middleware;
using FastProxy.Client.Pooling;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Listening;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Bastion;

/// <summary>
/// The bastion: every listener is a Kestrel endpoint that ends in <c>UseFastProxy</c>. There is no accept loop but the transport's.
/// </summary>
public sealed class BastionServer : IAsyncDisposable
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long sessions that were told to end may take: as long as they wait for the gateway's answer, and then their last words.</summary>
    private static readonly TimeSpan s_lastWords = StreamProtocol.ResetTime + TimeSpan.FromSeconds(2);

    private readonly ILogger _logger;
    private readonly ILoggerFactory _loggerFactory;
    private readonly TimeProvider _timeProvider;
    private readonly ConnectionAdmission _admission;
    private readonly SocketListenerFactory _transport;
    private readonly Dialer _dialer;
    private readonly GatewayConnector _connector;
    private readonly Carrier _carrier;
    private readonly BastionSessions _sessions = new();
    private readonly PendingRequests _pending;
    private readonly UserNames _userNames;
    private readonly SessionCounters _counters = new();
    private readonly SemaphoreSlim _changing = new(1);
    private readonly List<Task> _stopping = [];
    private readonly Dictionary<string, int> _inherited;
    private BastionOptions _options;
    private List<BastionEndpoint> _endpoints = [];
    private PoolWatch? _watch;
    private volatile bool _serving;
    private volatile bool _draining;

    /// <summary>Builds the bastion; nothing is bound yet.</summary>
    /// <param name="options">What to listen on.</param>
    /// <param name="roots">Which certificate authorities are believed.</param>
    /// <param name="proxy">The way out, where it leads through a proxy.</param>
    /// <param name="loggerFactory">Where sessions are told.</param>
    /// <param name="timeProvider">The clock.</param>
    public BastionServer(BastionOptions options, TrustRoots roots, ProxySettings proxy, ILoggerFactory loggerFactory, TimeProvider timeProvider)
        : this(options, new Dictionary<string, int>(), roots, proxy, loggerFactory, timeProvider)
    {
    }

    /// <summary>Builds the bastion; nothing is bound yet.</summary>
    /// <param name="options">What to listen on.</param>
    /// <param name="inherited">Sockets that listen already: the descriptor of each by the <see cref="BastionListener.Name"/> it is for.</param>
    /// <param name="roots">Which certificate authorities are believed.</param>
    /// <param name="proxy">The way out, where it leads through a proxy.</param>
    /// <param name="loggerFactory">Where sessions are told.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="IOException">One of the sockets is nobody's: its clients would wait for ever.</exception>
    public BastionServer(
        BastionOptions options, IReadOnlyDictionary<string, int> inherited, TrustRoots roots, ProxySettings proxy, ILoggerFactory loggerFactory, TimeProvider timeProvider)
    {
        if (inherited.Keys.FirstOrDefault(name => options.Listeners.All(listener => listener.Name != name)) is { } nobodys)
        {
            throw new IOException($"a socket for {nobodys} was passed, and no listener is configured for it");
        }

        _options = options;
        _inherited = new Dictionary<string, int>(inherited, StringComparer.Ordinal);
        _loggerFactory = loggerFactory;
        _timeProvider = timeProvider;
        _logger = loggerFactory.CreateLogger("FastProxy.Client.Bastion");

        // A connection is in its handshake until the gateway has admitted its session, so no fewer of those than of sessions.
        _admission = new ConnectionAdmission(options.Sessions, options.Sessions);
        _pending = new PendingRequests(options.Sessions);
        _userNames = new UserNames("/etc/passwd", timeProvider);
        _transport = new SocketListenerFactory(_admission, options.Keepalive, loggerFactory, timeProvider);
        _dialer = new Dialer(DialerOptions.Default with { ConnectTimeout = s_connectTimeout, KeepAlive = options.Keepalive }, timeProvider);
        _connector = new GatewayConnector(new ProxyDialer(_dialer, proxy), roots, s_connectTimeout, timeProvider) { RandomMasks = options.RandomMasks };
        _connector.TokenExpiresSoon += new ExpiryNotices(_logger, timeProvider).Tell;
        Pools = new StreamPools(_connector, options.Pool with { KeepAlive = options.Keepalive }, _logger, timeProvider);
        _carrier = new Carrier(_connector, SpliceOptions.Default with { KeepAlive = options.Keepalive, TimeProvider = timeProvider }, KeepAliveKind.Data, Pools);
    }

    /// <summary>Where it listens, in the order of the configuration, with the ports the kernel chose.</summary>
    public IReadOnlyList<EndPoint> Addresses => [.. _endpoints.Select(endpoint => endpoint.Address)];

    /// <summary>The streams to the gateways.</summary>
    public StreamPools Pools { get; }

    /// <summary>Sessions alive now.</summary>
    public int Sessions => _sessions.Count;

    /// <summary>Whether every listener is bound; stays true while it drains.</summary>
    public bool IsServing => _serving;

    /// <summary>Whether it was asked to stop: it takes no new session.</summary>
    public bool IsDraining => _draining;

    /// <summary>Why one of its listeners accepts nobody now, one line; null where all accept.</summary>
    public string? WhyNotAccepting => _transport.WhyNotAccepting;

    /// <summary>What it holds and has done.</summary>
    public BastionCounters Counters => new()
    {
        Sessions = _sessions.Count,
        SessionsEnded = _counters.SessionsEnded.Read(),
        BytesUp = _counters.BytesUp,
        BytesDown = _counters.BytesDown,
        Refusals = _counters.Refusals.Read(),
    };

    /// <summary>Binds every listener, or none, and begins to fill the pools. Throws <see cref="IOException"/> for an address that cannot be bound.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var listener in _options.Listeners)
        {
            _endpoints.Add(await BindAsync(listener, cancellationToken));
        }

        _serving = true;
        _watch = new PoolWatch(() => Pools.Health, _timeProvider, _logger);
        PreparePools();
    }

    /// <summary>
    /// Puts another configuration in force, whole or not at all: new listeners are bound, others are unbound, sessions that it would not
    /// admit end with <c>policy_denied</c>, all other sessions go on as they began. Streams that it would not have made are let go: idle ones
    /// now, others when their session is over. Throws <see cref="IOException"/> for an address that cannot be bound; then everything is as it was.
    /// </summary>
    /// <param name="options">The configuration.</param>
    /// <param name="roots">Which certificate authorities are believed from now on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ReloadAsync(BastionOptions options, TrustRoots roots, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(roots);
        await _changing.WaitAsync(cancellationToken);
        try
        {
            await ReloadCoreAsync(options, roots, cancellationToken);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>
    /// Stops listening, waits for the sessions until <paramref name="cancellationToken"/> fires, which ends them with <c>shutdown</c> within
    /// seconds, and closes the streams.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        await _changing.WaitAsync(CancellationToken.None);
        try
        {
            using var left = new CancellationTokenSource();
            var stopped = Task.WhenAll([.. _endpoints.Select(endpoint => endpoint.StopAsync(left.Token)), .. _stopping]);
            await stopped.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stopped.IsCompleted)
            {
                // Kestrel just closes what is left: before a session has told its client and the log how it ended, that looks like a loss. By
                // the system's clock, because whoever stops it must not wait for another.
                await _sessions.EndAllAsync(ReasonCode.Shutdown).WaitAsync(s_lastWords, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await left.CancelAsync();
            }

            await stopped;
            await StopWatchingAsync();
            await Pools.DisposeAsync();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var endpoint in _endpoints)
        {
            await endpoint.DisposeAsync();
        }

        await StopWatchingAsync();
        await Pools.DisposeAsync();
        _userNames.Dispose();
        _admission.Dispose();
        _changing.Dispose();
    }

    private ValueTask StopWatchingAsync() => _watch?.DisposeAsync() ?? default;

    private async Task ReloadCoreAsync(BastionOptions options, TrustRoots roots, CancellationToken cancellationToken)
    {
        // Whoever keeps its place keeps its socket. Several listeners may have one name: port 0.
        var left = new List<BastionEndpoint>(_endpoints);
        var next = new List<(BastionListener Listener, BastionEndpoint? Endpoint)>();
        foreach (var listener in options.Listeners)
        {
            var kept = left.Find(endpoint => endpoint.Name == listener.Name);
            next.Add((listener, kept));
            left.Remove(kept!);
        }

        var added = new List<BastionEndpoint>();
        var modes = new List<UnixListener>();
        try
        {
            for (var i = 0; i < next.Count; i++)
            {
                if (next[i].Endpoint is null)
                {
                    added.Add(await BindAsync(next[i].Listener, cancellationToken));
                    next[i] = (next[i].Listener, added[^1]);
                }
            }

            foreach (var (listener, endpoint) in next)
            {
                if (listener is UnixListener now && endpoint!.Listener is UnixListener before && now.Mode != before.Mode)
                {
                    File.SetUnixFileMode(now.Path, now.Mode);
                    modes.Add(before);
                }
            }
        }
        catch
        {
            modes.ForEach(RestoreMode);
            foreach (var endpoint in added)
            {
                await StopAsync(endpoint);
            }

            throw;
        }

        Reconfigure(options, roots);
        var denied = _sessions.Change(() =>
        {
            next.ForEach(pair => pair.Endpoint!.Listener = pair.Listener);
            left.ForEach(endpoint => endpoint.Listener = null);
        });
        _endpoints = next.ConvertAll(pair => pair.Endpoint!);
        _options = options;
        _stopping.RemoveAll(task => task.IsCompleted);
        _stopping.AddRange(left.Select(StopAsync));
        PreparePools();

        // Last: a gateway that hangs takes seconds to part from.
        await Pools.RetireExceptAsync(options.Listeners.SelectMany(Requests));
        BastionLog.Reloaded(_logger, added.Count, left.Count, denied);
    }

    private static void RestoreMode(UnixListener listener)
    {
        try
        {
            File.SetUnixFileMode(listener.Path, listener.Mode);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What could be set a moment ago is gone: then there is no mode to restore, and the first failure is the one to tell.
        }
    }

    private void Reconfigure(BastionOptions options, TrustRoots roots)
    {
        if (options.Metrics != _options.Metrics)
        {
            BastionLog.NeedsRestart(_logger, "metrics");
        }

        _admission.Raise(options.Sessions);
        _pending.Resize(options.Sessions);
        _transport.KeepAlive = options.Keepalive;
        _dialer.Options = _dialer.Options with { KeepAlive = options.Keepalive };
        _carrier.Options = _carrier.Options with { KeepAlive = options.Keepalive };
        var distrusts = !roots.IsSameAs(_connector.Roots);
        _connector.Roots = roots;
        _connector.RandomMasks = options.RandomMasks;
        Pools.Reconfigure(options.Pool with { KeepAlive = options.Keepalive });
        if (distrusts || options.RandomMasks != _options.RandomMasks)
        {
            Pools.RetireAll();
        }
    }

    private void PreparePools()
    {
        // Of hosts that are their own gateways nothing is dialled before the first session: what rules name may be many of them.
        var requests = _options.Listeners.SelectMany(listener => Requests(listener).Where(request => request.Gateway is not null || listener is PortListener));
        foreach (var request in requests)
        {
            Pools.Prepare(request);
        }
    }

    private static IEnumerable<GatewayRequest> Requests(BastionListener listener) => listener switch
    {
        PortListener port => [port.Request],
        UnixListener unix => unix.Rules.SelectMany(rule => rule.RequestsThrough(unix.Gateway)),
        _ => [],
    };

    private async Task<BastionEndpoint> BindAsync(BastionListener listener, CancellationToken cancellationToken)
    {
        if (listener is UnixListener { Path: var path })
        {
            SocketDirectory.Make(path);
        }

        var bind = _inherited.Remove(listener.Name, out var descriptor) ? new FileHandleEndPoint((ulong)descriptor, FileHandleType.Auto) : listener.EndPoint;
        var endpoint = new BastionEndpoint(listener, bind, BuildPipeline, new NamedListenerFactory(_transport, _ => null), _loggerFactory);
        try
        {
            await endpoint.StartAsync(cancellationToken);
            return endpoint;
        }
        catch
        {
            await endpoint.DisposeAsync();
            throw;
        }
    }

    private async Task StopAsync(BastionEndpoint endpoint)
    {
        try
        {
            using var patience = new CancellationTokenSource(s_lastWords, _timeProvider);
            await endpoint.StopAsync(patience.Token);
            await endpoint.DisposeAsync();
        }
        catch (Exception exception)
        {
            BastionLog.StopFailed(_logger, exception, endpoint.Name);
        }
    }

    private void BuildPipeline(BastionEndpoint endpoint, IConnectionBuilder connections)
    {
        if (endpoint.Listener is UnixListener)
        {
            var front = new ConnectMiddleware(endpoint, _sessions, _pending, _userNames, _counters, _logger, _timeProvider);
            connections.Use(next => connection => front.InvokeAsync(connection, next));
        }
        else
        {
            connections.Use(next =>
            {
                // Asked for every connection, because a reload may change it while the address stays bound.
                var behindProxy = ProxyProtocolExtensions.BehindProxy(
                    next, address => endpoint.Listener is PortListener now && now.IsProxy(address), s_connectTimeout, _logger);
                return connection => endpoint.Listener is PortListener { Proxies: not null } ? behindProxy(connection) : next(connection);
            });
            var limit = new LogLimit(_timeProvider);
            connections.Use(next => connection => AdmitAsync(endpoint, limit, next, connection));
        }

        connections.UseFastProxy(_carrier);
    }

    private async Task AdmitAsync(BastionEndpoint endpoint, LogLimit limit, ConnectionDelegate next, ConnectionContext connection)
    {
        var peer = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (endpoint.Listener is not PortListener listener || !listener.Allows(peer))
        {
            if (limit.TryTake(out var leftOut))
            {
                BastionLog.NotAllowed(_logger, connection.RemoteEndPoint, endpoint.Name, leftOut);
            }

            _counters.Refusals.Add(ReasonCode.PolicyDenied);
            connection.Abort();
            return;
        }

        using var session = new PortSession(listener, peer) { Endpoint = endpoint };
        _sessions.TryEnter(session);
        try
        {
            connection.Features.Set(session.Feature(connection, _counters, _logger));
            await next(connection);
        }
        finally
        {
            _sessions.Leave(session);
        }
    }
}
