using System.Net;
using System.Net.Sockets;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Hosting.Metrics;
using FastProxy.Transport.Dialing;
using Microsoft.Extensions.Logging;

namespace FastProxy.Hosting;

/// <summary>A whole bastion: its listeners, its pools, and what watches it. Made by <see cref="StartAsync"/>, ended by <see cref="StopAsync"/>.</summary>
/// <remarks>
/// Ready is a bastion that can open a session for somebody: it is not while no gateway of it can be reached, because a load balancer has
/// others, and it is again as soon as one can. What was not tried is not held against it.
/// </remarks>
internal sealed class BastionHost : IServiceStatus, IAsyncDisposable
{
    private readonly BastionServer _bastion;
    private MetricsServer? _metrics;

    private BastionHost(BastionServer bastion) => _bastion = bastion;

    /// <summary>Where it listens, in the order of the configuration, with the ports the kernel chose.</summary>
    public IReadOnlyList<EndPoint> Addresses => _bastion.Addresses;

    /// <summary>Where metrics are served, with the port the kernel chose; null for nowhere.</summary>
    public IPEndPoint? MetricsAddress => _metrics?.Address;

    /// <summary>Starts everything, or nothing.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="inherited">Sockets that listen already, as for <see cref="BastionServer"/>.</param>
    /// <param name="loggers">Where its log goes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">It cannot start as it is configured; the message is one line for the operator.</exception>
    public static async Task<BastionHost> StartAsync(
        BastionOptions options, IReadOnlyDictionary<string, int> inherited, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var proxy = ProxySettings.FromVariables(Environment.GetEnvironmentVariable);
        var host = new BastionHost(new BastionServer(options, inherited, LoadRoots(options), proxy, loggers, time));
        try
        {
            if (options.Metrics is { } metrics)
            {
                // There from before the first listener until after the last, to say that it is not ready.
                host._metrics = await MetricsServer.StartAsync(metrics, host, loggers, time, cancellationToken);
            }

            await host._bastion.StartAsync(cancellationToken);
            return host;
        }
        catch (Exception exception)
        {
            await host.DisposeAsync();
            if (exception is IOException or SocketException)
            {
                throw new IOException($"cannot listen: {exception.Message}", exception);
            }

            throw;
        }
    }

    /// <summary>Puts another configuration in force, whole or not at all; live sessions that it still admits go on.</summary>
    /// <exception cref="IOException">It cannot be put in force, <c>ca_file</c> included; the message is one line for the operator.</exception>
    public Task ReloadAsync(BastionOptions options, CancellationToken cancellationToken) => _bastion.ReloadAsync(options, LoadRoots(options), cancellationToken);

    /// <summary>Stops listening, and waits for the sessions until <paramref name="cancellationToken"/> fires, which resets them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _bastion.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public void Write(MetricsText text) => BastionMetrics.Write(text, _bastion.Counters, _bastion.Pools.CountersSinceStart);

    /// <inheritdoc/>
    public ValueTask<string?> WhyNotReadyAsync(CancellationToken cancellationToken) => ValueTask.FromResult(
        !_bastion.IsServing ? "starting: the listeners are not bound yet"
        : _bastion.IsDraining ? "draining: no new session is taken"
        : _bastion.WhyNotAccepting ?? WhyUnreachable());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _bastion.DisposeAsync();
        if (_metrics is not null)
        {
            await _metrics.DisposeAsync();
        }
    }

    private static TrustRoots LoadRoots(BastionOptions options) =>
        TrustRoots.Load(options.CaFile, "ca_file", Environment.GetEnvironmentVariable, out var roots) is { } distrust ? throw new IOException(distrust) : roots!;

    private string? WhyUnreachable()
    {
        string? first = null;
        foreach (var (gateway, _, counters) in _bastion.Pools.Counters)
        {
            if (counters.Outage is not { } outage)
            {
                return null;
            }

            first ??= $"no gateway can be reached: {gateway}: {outage}";
        }

        return first;
    }
}
