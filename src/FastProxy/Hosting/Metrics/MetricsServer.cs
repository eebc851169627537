using System.Net;
using FastProxy.Transport.Listening;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FastProxy.Hosting.Metrics;

/// <summary>
/// <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> on an address of their own, so that neither a client of the service nor a flood of
/// them is in their way. In clear: whom <see cref="MetricsOptions.AllowFrom"/> does not name is closed unread.
/// </summary>
internal sealed class MetricsServer : IAsyncDisposable
{
    /// <summary>Watchers are few; one that leaks connections shall not eat the descriptors of sessions.</summary>
    private const int MostConnections = 64;

    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(25);

    private readonly ConnectionAdmission _admission = new(MostConnections, MostConnections);
    private readonly KestrelServer _server;
    private ListenOptions? _listening;

    private MetricsServer(MetricsOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = NoServices.Instance };
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        var logger = loggers.CreateLogger("FastProxy.Hosting.Metrics");
        var limit = new LogLimit(time);
        kestrel.Listen(options.Address, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                if (options.Allows((connection.RemoteEndPoint as IPEndPoint)?.Address))
                {
                    return next(connection);
                }

                if (limit.TryTake(out var leftOut))
                {
                    HostLog.WatcherNotAllowed(logger, connection.RemoteEndPoint, leftOut);
                }

                connection.Abort();
                return Task.CompletedTask;
            });
            _listening = listen;
        });
        _server = new KestrelServer(Options.Create(kestrel), new NamedListenerFactory(new SocketListenerFactory(_admission, s_keepAlive, loggers, time), _ => "metrics"), loggers);
    }

    /// <summary>Where it listens, with the port that the kernel chose.</summary>
    public IPEndPoint Address => _listening!.IPEndPoint!;

    /// <summary>Serves until disposed. Throws <see cref="IOException"/> for an address that cannot be bound.</summary>
    public static async Task<MetricsServer> StartAsync(
        MetricsOptions options, IServiceStatus status, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var server = new MetricsServer(options, loggers, time);
        try
        {
            await server._server.StartAsync(new MetricsApplication(status), cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops at once: whoever asks in this moment asks again elsewhere.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
        _server.Dispose();
        _admission.Dispose();
    }

    private sealed class NoServices : IServiceProvider
    {
        public static NoServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}
