using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Client.Middleware;
using FastProxy.Client.Pooling;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Splicing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Client;

/// <summary>
/// The way of a program of your own to its applications: one credential, and pools of authenticated streams that every listener shares.
/// Give <see cref="To"/> to <c>UseFastProxy</c> on a Kestrel endpoint. Thread-safe; dispose it after the server has stopped.
/// </summary>
public sealed class GatewayClient : IAsyncDisposable
{
    private readonly AppUrl? _gateway;
    private readonly ClientCredential _credential;
    private readonly string _userAgent;
    private readonly Carrier _carrier;
    private readonly ILogger _logger;

    /// <summary>Makes the client; nothing is dialled yet.</summary>
    /// <param name="options">Where to, and as whom.</param>
    /// <param name="loggerFactory">Where a line for every session goes; null for nowhere.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message says which and why.</exception>
    public GatewayClient(GatewayClientOptions options, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var clock = timeProvider ?? TimeProvider.System;
        _gateway = options.Gateway is null ? null : Parse(options.Gateway, nameof(options.Gateway));
        _credential = (options.ClientId, options.ClientSecret) switch
        {
            (null, null) => ClientCredential.None,
            ({ } id, { } secret) => new ClientCredential(new ServiceCredential(id, new Secret(secret)), null),
            _ => throw new ArgumentException("ClientId and ClientSecret are given together or not at all.", nameof(options)),
        };
        if (TrustRoots.Load(options.CaFile, nameof(options.CaFile), Environment.GetEnvironmentVariable, out var roots) is { } distrust)
        {
            throw new ArgumentException(distrust, nameof(options));
        }

        _userAgent = options.UserAgent;
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("FastProxy.Client");
        var dialer = new Dialer(DialerOptions.Default with { ConnectTimeout = options.ConnectTimeout, KeepAlive = options.Pool.KeepAlive }, clock);
        var connector = new GatewayConnector(new ProxyDialer(dialer, options.Proxy), roots!, options.ConnectTimeout, clock) { TimeoutSetting = nameof(options.ConnectTimeout) };
        Pools = new StreamPools(connector, options.Pool, _logger, clock);
        _carrier = new Carrier(connector, SpliceOptions.Default with { KeepAlive = options.Pool.KeepAlive, TimeProvider = clock }, KeepAliveKind.Data, Pools);
    }

    /// <summary>The streams, with their counters.</summary>
    public StreamPools Pools { get; }

    /// <summary>The options for <c>UseFastProxy</c> that lead to an application; its streams begin to be made ready.</summary>
    /// <param name="hostname">Host of the application, with a path where it has one.</param>
    /// <param name="destination">HOST:PORT behind a bastion application; null for any other.</param>
    /// <exception cref="ArgumentException">It is not a host name.</exception>
    public FastProxyOptions To(string hostname, string? destination = null)
    {
        var request = new GatewayRequest
        {
            App = Parse(hostname, nameof(hostname)),
            Gateway = _gateway,
            Credential = _credential,
            Destination = destination,
            UserAgent = _userAgent,
        };
        Pools.Prepare(request);
        return new FastProxyOptions { Carrier = _carrier, Request = request, Logger = _logger };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Pools.DisposeAsync();

    private static AppUrl Parse(string text, string name) =>
        AppUrl.TryParse(text, PlainHttp.Loopback, out var url, out var error) ? url : throw new ArgumentException($"'{text}' cannot be used: {error}", name);
}
