using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FastProxy.Client.Bastion;

/// <summary>
/// A listener that is bound: a Kestrel server with this one endpoint, so that a reload can add and remove it alone. What the configuration
/// says of it is replaced by a reload, and read anew for every connection.
/// </summary>
internal sealed class BastionEndpoint : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly ListenOptions _listen;
    private volatile BastionListener? _listener;

    /// <summary>An endpoint that is not bound yet.</summary>
    /// <param name="listener">What the configuration says.</param>
    /// <param name="bind">Where to listen: the listener's own end point, or a socket that listens there already.</param>
    /// <param name="pipeline">What is done with a connection.</param>
    /// <param name="transport">What accepts them.</param>
    /// <param name="loggerFactory">For Kestrel.</param>
    public BastionEndpoint(
        BastionListener listener,
        EndPoint bind,
        Action<BastionEndpoint, IConnectionBuilder> pipeline,
        IConnectionListenerFactory transport,
        ILoggerFactory loggerFactory)
    {
        _listener = listener;
        Name = listener.Name;
        ListenOptions? listening = null;
        var kestrel = new KestrelServerOptions { ApplicationServices = NoHttp.Instance };
        kestrel.Listen(bind, listen =>
        {
            pipeline(this, listen);
            listening = listen;
        });
        _listen = listening!;
        _server = new KestrelServer(Options.Create(kestrel), transport, loggerFactory);
    }

    /// <summary>Where it listens, as the configuration says it.</summary>
    public string Name { get; }

    /// <summary>What the configuration says of it; null once that names it no more.</summary>
    public BastionListener? Listener
    {
        get => _listener;
        set => _listener = value;
    }

    /// <summary>Where it listens, with the port that the kernel chose.</summary>
    public EndPoint Address => _listen.EndPoint;

    /// <summary>Binds. Throws <see cref="IOException"/> for an address that cannot be bound.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(NoHttp.Instance, cancellationToken);

    /// <summary>Stops listening and waits for the sessions until <paramref name="cancellationToken"/> fires, which resets them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return default;
    }
}
