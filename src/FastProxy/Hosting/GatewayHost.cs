using System.Net;
using FastProxy.Access.Stores;
using FastProxy.Admin;
using FastProxy.Admin.Hosting;
using FastProxy.Gateway;
using FastProxy.Gateway.Tls;
using FastProxy.Hosting.Metrics;
using FastProxy.Storage;
using Microsoft.Extensions.Logging;

namespace FastProxy.Hosting;

/// <summary>A whole gateway: store, decision log, data plane and API. Made by <see cref="StartAsync"/>, ended by <see cref="StopAsync"/>.</summary>
internal sealed class GatewayHost : IServiceStatus, IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<ServerCertificates> _certificates = [];
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private GatewayServer? _gateway;
    private AdminServer? _admin;
    private SqliteDecisionLog? _decisions;
    private MetricsServer? _metrics;

    private GatewayHost(GatewayOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
    }

    /// <summary>The store it serves from.</summary>
    public IAccessStore Store { get; private set; } = null!;

    /// <summary>The path of its admin socket.</summary>
    public string AdminSocketPath => _admin!.SocketPath;

    /// <summary>Where it listens, with the ports the kernel chose, in the order of the configuration.</summary>
    public IReadOnlyList<IPEndPoint> Addresses => _gateway!.Addresses;

    /// <summary>The same as URLs, for people.</summary>
    public IEnumerable<string> Urls =>
        Addresses.Select((address, i) => $"{(_options.Listeners[i].Tls.Count > 0 ? "https" : "http")}://{address}");

    /// <summary>Where metrics are served, with the port the kernel chose; null for nowhere.</summary>
    public IPEndPoint? MetricsAddress => _metrics?.Address;

    /// <summary>Starts everything, or nothing.</summary>
    /// <exception cref="GatewayStartException">It cannot start as it is configured; the message is one line for the operator.</exception>
    public static async Task<GatewayHost> StartAsync(GatewayOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var host = new GatewayHost(options, time);
        try
        {
            await host.ComposeAsync(loggers, time, cancellationToken);
            return host;
        }
        catch (Exception e) when (e is StoreException or IOException or System.Net.Sockets.SocketException)
        {
            await host.DisposeAsync();
            throw new GatewayStartException(e.Message, e);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Reads again what its configuration names: certificates, keys, client authorities, the country database. What cannot be used is reported,
    /// and what was read before stays in force; sessions go on.
    /// </summary>
    public void Reload()
    {
        _certificates.ForEach(certificates => certificates.Reload());
        _gateway!.ReloadCountries();
    }

    /// <summary>
    /// Stops the data plane (no new session; live ones may finish until <c>limits.drain</c>), then everything else. The API stays until
    /// the last session is over, so that a session which drains can still be revoked.
    /// </summary>
    /// <param name="hurry">Ends the drain at once.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        await _gateway!.StopAsync(hurry);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _admin!.StopAsync(patience.Token);
        await DisposeAsync();
    }

    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        if (Volatile.Read(ref _gateway) is { } gateway)
        {
            GatewayMetrics.Write(text, gateway.Counters, _decisions!.Dropped);
            TokenMetrics.Write(text, Store.Current, _time.GetUtcNow());
            CertificateMetrics.Write(text, _certificates.SelectMany(certificates => certificates.Validities));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<string?> WhyNotReadyAsync(CancellationToken cancellationToken) => Volatile.Read(ref _gateway) switch
    {
        not { IsServing: true } => "starting: the listeners are not bound yet",
        { IsDraining: true } => "draining: no new session is taken",
        { WhyNotAccepting: { } why } => why,
        _ => await Store.ProbeAsync(cancellationToken),
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            await _owned[i].DisposeAsync();
        }
        _owned.Clear();
    }

    private async Task ComposeAsync(ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        if (PrivateDirectory.Prepare(_options.DataDirectory) is { } problem)
        {
            throw new GatewayStartException(problem);
        }
        // Before anything in the directory is touched: another version's gateway may be serving from a store that this one would migrate.
        Owned(DirectoryLock.Take(_options.DataDirectory));
        var store = Owned(SqliteAccessStore.Open(_options.DataDirectory, time, loggers.CreateLogger<SqliteAccessStore>()));
        _decisions = Owned(SqliteDecisionLog.Open(_options.DataDirectory, loggers.CreateLogger<SqliteDecisionLog>()));
        Store = store;
        Owned(new StoreWatch(store, time, loggers.CreateLogger("FastProxy.Hosting")));
        var gateway = Owned(new GatewayServer(_options, store, _decisions, loggers, time));
        var admin = AdminListener(loggers, time);
        _certificates.AddRange(gateway.Certificates);
        if (admin?.Certificates is { } certificates)
        {
            _certificates.Add(certificates);
        }

        Owned(new CertificateWatch(_certificates, time, loggers.CreateLogger("FastProxy.Gateway")));
        Volatile.Write(ref _gateway, gateway);
        if (_options.Metrics is { } metrics)
        {
            // There from before the first listener until after the last, to say that it is not ready.
            _metrics = Owned(await MetricsServer.StartAsync(metrics, this, loggers, time, cancellationToken));
        }

        // The API first: what is wrong with its address is known before a client can reach the gateway.
        _admin = Owned(new AdminServer(_options.DataDirectory, store, loggers, time, admin, gateway.LiveSessions)
        {
            KnowsCountries = _options.Geo is not null,
            IsDirectoryLocked = true,
        });
        await _admin.StartAsync(cancellationToken);
        await gateway.StartAsync(cancellationToken);
    }

    private AdminListener? AdminListener(ILoggerFactory loggers, TimeProvider time) => _options.Admin is not { } admin
        ? null
        : new AdminListener(
            admin.Address,
            admin.Tls.Count > 0 ? ServerCertificates.Load(admin.Tls, time, loggers.CreateLogger("FastProxy.Admin")) : null);

    private T Owned<T>(T part)
        where T : IAsyncDisposable
    {
        _owned.Add(part);
        return part;
    }
}
