using System.Globalization;
using System.Net;
using FastProxy.Access.Decisions;
using FastProxy.Access.Stores;
using FastProxy.Gateway.Countries;
using FastProxy.Gateway.Http;
using FastProxy.Gateway.Origins;
using FastProxy.Gateway.Sessions;
using FastProxy.Gateway.Tls;
using FastProxy.Gateway.Tokens;
using FastProxy.Transport.Listening;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FastProxy.Gateway;

/// <summary>
/// The data plane: accepts, authenticates, decides, dials and splices.
/// </summary>
/// <remarks>
/// A session's way: Kestrel's HTTP layer on <see cref="SocketListenerFactory"/> → <see cref="UpgradeEndpoint"/> → <see cref="Authorizer"/> →
/// <see cref="SessionRegistry"/> → <see cref="OriginDialer"/> → the splice → the decision log. Each arrow is a call down.
/// </remarks>
public sealed class GatewayServer : IAsyncDisposable
{
    /// <summary>How long the last words (Close frames) may take once the drain is over.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(3);

    private readonly GatewayOptions _options;
    private readonly IAccessStore _store;
    private readonly ILoggerFactory _loggerFactory;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ConnectionAdmission _admission;
    private readonly SessionRegistry _registry;
    private readonly StreamRegistry _streams;
    private readonly DescriptorBudget _budget;
    private readonly SessionCounters _counters = new();
    private readonly Authorizer _authorizer;
    private readonly CanaryWatch _canaries;
    private readonly GatewayApplication _application;
    private readonly SocketListenerFactory _transport;
    private readonly KestrelServer _server;
    private readonly List<ListenOptions> _listening = [];
    private readonly List<ServerCertificates> _certificates = [];
    private readonly CountryDatabase? _countries;
    private ITimer? _recheck;
    private TokenUpkeep? _upkeep;
    private volatile bool _serving;
    private volatile bool _draining;

    /// <summary>Builds the data plane; nothing is bound yet.</summary>
    /// <exception cref="GatewayStartException">A certificate or the country database cannot be used.</exception>
    public GatewayServer(GatewayOptions options, IAccessStore store, IDecisionLog decisions, ILoggerFactory loggerFactory, TimeProvider timeProvider)
    {
        _options = options;
        _store = store;
        _loggerFactory = loggerFactory;
        _timeProvider = timeProvider;
        _logger = loggerFactory.CreateLogger("FastProxy.Gateway");
        _admission = new ConnectionAdmission(Math.Min(options.Limits.Streams, options.Limits.Descriptors), options.Limits.HandshakesInFlight);
        _budget = new DescriptorBudget(options.Limits.Descriptors);
        _registry = new SessionRegistry(options.Limits, _budget);
        _authorizer = new Authorizer(store, _counters, timeProvider);
        _streams = new StreamRegistry(_authorizer, options.Limits, options.Keepalive, _budget, timeProvider);
        var runner = new SessionRunner(_authorizer, _registry, new OriginDialer(options, timeProvider), decisions, _counters, options, timeProvider, _logger);
        _canaries = new CanaryWatch(store, options, timeProvider, _logger);
        _countries = options.Geo?.Database is { } file ? CountryDatabase.Open(file, timeProvider, _logger) : null;
        var countries = new CallerCountry(options, _countries);
        _application = new GatewayApplication(_authorizer, runner, new UpgradeEndpoint(_authorizer, runner, new StreamRunner(_authorizer, runner, timeProvider), _streams, countries, options), _canaries, _logger);
        _transport = new SocketListenerFactory(_admission, options.Keepalive, loggerFactory, timeProvider);
        _server = new KestrelServer(Options.Create(BuildKestrel()), new NamedListenerFactory(_transport, NameOf), loggerFactory);
    }

    /// <summary>The addresses that are bound, in the order of the configuration, with the ports the kernel chose.</summary>
    public IReadOnlyList<IPEndPoint> Addresses => [.. _listening.Select(listen => listen.IPEndPoint!)];

    /// <summary>Sessions alive now.</summary>
    public int Sessions => _registry.Count;

    /// <summary>The sessions alive now, one by one.</summary>
    public ILiveSessions LiveSessions => _registry;

    /// <summary>The certificates of its listeners.</summary>
    public IReadOnlyList<ServerCertificates> Certificates => _certificates;

    /// <summary>Whether every listener is bound; stays true while it drains.</summary>
    public bool IsServing => _serving;

    /// <summary>Whether it was asked to stop: it takes no new session.</summary>
    public bool IsDraining => _draining;

    /// <summary>Why one of its listeners accepts nobody now, one line; null where all accept.</summary>
    public string? WhyNotAccepting => _transport.WhyNotAccepting;

    /// <summary>What it holds and has done.</summary>
    public GatewayCounters Counters => new()
    {
        Sessions = _registry.Count,
        Streams = _streams.Count,
        HandshakesInFlight = _admission.HandshakesInFlight,
        Descriptors = _budget.Held,
        DescriptorLimit = _options.Limits.Descriptors,
        SessionsEnded = _counters.SessionsEnded.Read(),
        BytesUp = _counters.BytesUp,
        BytesDown = _counters.BytesDown,
        Decisions = _counters.Decisions,
        Refusals = _counters.Refusals.Read(),
        CanaryPresented = _canaries.Presented,
    };

    /// <summary>Reads the country database again, where there is one; one that cannot be used is reported and changes nothing.</summary>
    public void ReloadCountries() => _countries?.Reload();

    /// <summary>Binds every listener and begins to serve.</summary>
    /// <exception cref="GatewayStartException">An address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _server.StartAsync(_application, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            throw new GatewayStartException($"cannot listen: {exception.Message}", exception);
        }

        _serving = true;
        _store.Changed += OnStoreChanged;

        _upkeep = new TokenUpkeep(_store, _registry, _timeProvider, _logger);

        // What a clock changes (a token expires, the overlap of a rotated secret ends, a stream has waited long enough) changes no
        // snapshot: look once a second.
        var second = TimeSpan.FromSeconds(1);
        _recheck = _timeProvider.CreateTimer(_ => Recheck(), null, second, second);
    }

    /// <summary>
    /// Stops in order: unbind, take no new session, let live ones finish for at most <c>limits.drain</c>, then tell them and close.
    /// </summary>
    /// <param name="cancellationToken">Ends the drain at once.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        _registry.StopAdmitting();
        GatewayLog.Draining(_logger, _registry.Count, _options.Limits.Drain);
        using var abort = new CancellationTokenSource();
        var stopped = _server.StopAsync(abort.Token);
        _streams.Stop();
        if (await EndsWithinAsync(stopped, _options.Limits.Drain, cancellationToken))
        {
            return;
        }

        _registry.EndAll(ReasonCode.Shutdown);
        if (!await EndsWithinAsync(stopped, s_lastWords, CancellationToken.None))
        {
            await abort.CancelAsync();
        }

        await stopped;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _store.Changed -= OnStoreChanged;
        if (_recheck is not null)
        {
            await _recheck.DisposeAsync();
        }

        if (_upkeep is not null)
        {
            await _upkeep.DisposeAsync();
        }

        _server.Dispose();
        _admission.Dispose();
    }

    private static async Task<bool> EndsWithinAsync(Task task, TimeSpan time, CancellationToken cancellationToken)
    {
        if (time > TimeSpan.Zero && !cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAny(task, Task.Delay(time, cancellationToken));
        }

        return task.IsCompleted;
    }

    /// <summary>What an address is called in the configuration.</summary>
    private string? NameOf(EndPoint endPoint) =>
        _options.Listeners
            .Select((listener, i) => listener.Address.Equals(endPoint) ? string.Create(CultureInfo.InvariantCulture, $"listen[{i}]") : null)
            .FirstOrDefault(name => name is not null);

    private void OnStoreChanged(AccessSnapshot snapshot) => Recheck();

    private void Recheck()
    {
        _registry.Recheck(_authorizer);
        _streams.Recheck();
    }

    private KestrelServerOptions BuildKestrel()
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = NoServices.Instance };
        var limits = kestrel.Limits;

        // The first request of a connection has the handshake's deadline; these are for what may come after it.
        limits.RequestHeadersTimeout = _options.Limits.HandshakeTimeout;
        limits.KeepAliveTimeout = _options.Limits.HandshakeTimeout;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestLineSize = 4 * 1024;

        // Nothing here reads a request's body: an upgrade has none, and everything else is refused.
        limits.MaxRequestBodySize = 0;
        foreach (var listener in _options.Listeners)
        {
            kestrel.Listen(listener.Address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(CountDescriptor);
                listen.UseSessions();
                listen.UseHandshakeDeadline(_options.Limits.HandshakeTimeout, _timeProvider, _logger);
                if (listener.ProxyProtocol)
                {
                    listen.UseProxyProtocol(_options.IsTrustedProxy, _logger);
                }
                else if (listener.Tls.Count == 0)
                {
                    listen.Use(OnlyTrustedInClear);
                }

                if (listener.Tls.Count > 0)
                {
                    var certificates = ServerCertificates.Load(listener.Tls, _timeProvider, _logger);
                    _certificates.Add(certificates);
                    listen.UseTls(certificates.Select, _loggerFactory.CreateLogger("FastProxy.Gateway.Tls"));
                    listen.Use(next => connection =>
                    {
                        // A request asks it which host's clients are verified against what.
                        connection.Features.Set(certificates);
                        return next(connection);
                    });
                }

                _listening.Add(listen);
            });
        }

        return kestrel;
    }

    private ConnectionDelegate CountDescriptor(ConnectionDelegate next) => async connection =>
    {
        _budget.TakeConnection();
        try
        {
            await next(connection);
        }
        finally
        {
            _budget.Return();
        }
    };

    private ConnectionDelegate OnlyTrustedInClear(ConnectionDelegate next) => connection =>
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (address is not null && (IPAddress.IsLoopback(address) || (address.IsIPv4MappedToIPv6 && IPAddress.IsLoopback(address.MapToIPv4())) || _options.IsTrustedProxy(address)))
        {
            return next(connection);
        }

        GatewayLog.CleartextRefused(_logger, address);
        connection.Abort();
        return Task.CompletedTask;
    };
}
