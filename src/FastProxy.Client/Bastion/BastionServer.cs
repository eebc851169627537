using System.Net;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Client.Middleware;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Listening;
using FastProxy.Transport.Splicing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FastProxy.Client.Bastion;

/// <summary>
/// The bastion: every listener is a Kestrel endpoint that ends in <c>UseFastProxy</c>. There is no accept loop but the transport's.
/// </summary>
public sealed class BastionServer : IAsyncDisposable
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);

    private readonly BastionOptions _options;
    private readonly ILogger _logger;
    private readonly ConnectionAdmission _admission;
    private readonly KestrelServer _server;
    private readonly List<ListenOptions> _listening = [];

    /// <summary>Builds the bastion; nothing is bound yet.</summary>
    /// <param name="options">What to listen on.</param>
    /// <param name="roots">Which certificate authorities are believed.</param>
    /// <param name="proxy">The way out, where it leads through a proxy.</param>
    /// <param name="loggerFactory">Where sessions are told.</param>
    /// <param name="timeProvider">The clock.</param>
    public BastionServer(BastionOptions options, TrustRoots roots, ProxySettings proxy, ILoggerFactory loggerFactory, TimeProvider timeProvider)
    {
        _options = options;
        _logger = loggerFactory.CreateLogger("FastProxy.Client.Bastion");

        // A connection is in its handshake until the gateway has admitted its session, so no fewer of those than of sessions.
        _admission = new ConnectionAdmission(options.Sessions, options.Sessions);
        var dialer = new Dialer(DialerOptions.Default with { ConnectTimeout = s_connectTimeout }, timeProvider);
        var connector = new GatewayConnector(new ProxyDialer(dialer, proxy), roots, s_connectTimeout, timeProvider);
        var carrier = new Carrier(connector, SpliceOptions.Default with { KeepAlive = options.Keepalive, TimeProvider = timeProvider }, KeepAliveKind.Data);
        _server = new KestrelServer(
            Options.Create(BuildKestrel(carrier)),
            new SocketListenerFactory(_admission, loggerFactory),
            loggerFactory);
    }

    /// <summary>The addresses that are bound, in the order of the configuration, with the ports the kernel chose.</summary>
    public IReadOnlyList<IPEndPoint> Addresses => [.. _listening.Select(listen => listen.IPEndPoint!)];

    /// <summary>Binds every listener. Throws <see cref="IOException"/> for an address that cannot be bound.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(NoHttp.Instance, cancellationToken);

    /// <summary>Stops listening and waits for the sessions until <paramref name="cancellationToken"/> fires, which resets them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        _admission.Dispose();
        return default;
    }

    private KestrelServerOptions BuildKestrel(Carrier carrier)
    {
        var kestrel = new KestrelServerOptions { ApplicationServices = NoHttp.Instance };
        foreach (var listener in _options.Listeners)
        {
            kestrel.Listen(listener.Address, listen =>
            {
                listen.Use(next => connection => AdmitAsync(listener, next, connection));
                listen.UseFastProxy(new FastProxyOptions { Carrier = carrier, Request = listener.Request, Logger = _logger });
                _listening.Add(listen);
            });
        }

        return kestrel;
    }

    private Task AdmitAsync(BastionListener listener, ConnectionDelegate next, ConnectionContext connection)
    {
        if (listener.Allows((connection.RemoteEndPoint as IPEndPoint)?.Address))
        {
            return next(connection);
        }

        BastionLog.NotAllowed(_logger, connection.RemoteEndPoint, listener.Address);
        connection.Abort();
        return Task.CompletedTask;
    }
}
