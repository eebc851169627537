using System.Net;
using FastProxy.Transport.Listening;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FastProxy.Tests.Transport.Listening;

/// <summary>Kestrel on our transport, whose every request is an upgrade: its session echoes after the request has ended.</summary>
internal sealed class UpgradingServer : IHttpApplication<HttpContext>, IServiceProvider, IAsyncDisposable
{
    private readonly ConnectionAdmission _admission;
    private readonly KestrelServer _server;
    private ListenOptions? _listening;

    private UpgradingServer(int connections)
    {
        _admission = new ConnectionAdmission(connections, connections);
        var kestrel = new KestrelServerOptions { ApplicationServices = this };
        kestrel.Listen(new IPEndPoint(IPAddress.Loopback, 0), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseSessions();
            _listening = listen;
        });
        _server = new KestrelServer(Options.Create(kestrel), new SocketListenerFactory(_admission, TimeSpan.FromSeconds(25), NullLoggerFactory.Instance, TimeProvider.System), NullLoggerFactory.Instance);
    }

    public IPEndPoint Address => _listening!.IPEndPoint!;

    /// <summary>What served the first request.</summary>
    public WeakReference? Request { get; private set; }

    public static async Task<UpgradingServer> StartAsync(int connections)
    {
        var server = new UpgradingServer(connections);
        await server._server.StartAsync(server, CancellationToken.None);
        return server;
    }

    /// <summary>Stops and waits for sessions until the token fires, which resets them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        // The feature collection is Kestrel's own object for the request.
        Request ??= new WeakReference(context.Features);
        await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        var connection = context.Features.GetRequiredFeature<SocketConnection>();
        var end = connection.TakeOver(ReasonCode.StreamLost);
        connection.Continue(() => EchoAsync(end));
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public object? GetService(Type serviceType) => null;

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
        _server.Dispose();
        _admission.Dispose();
    }

    private static async Task EchoAsync(SpliceEnd end)
    {
        while (await end.FillAsync() == FillStatus.Data && await end.SendAsync(end.Batch))
        {
        }

        await end.FinishAsync(ReasonCode.Ok);
    }
}
