using System.Globalization;
using System.Net;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Hostile;

/// <summary>A gateway with a short handshake time-out, an application that echoes, and a way to watch both under attack.</summary>
public sealed class BesiegedGateway : IAsyncLifetime
{
    /// <summary>Beyond what the machine itself stalls a session that goes to the origin directly.</summary>
    private static readonly TimeSpan s_longestStall = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_sample = TimeSpan.FromMilliseconds(20);

    private readonly EchoPeer _origin = new();
    private AccessListener _forward = null!;

    /// <summary>From accept to the whole request.</summary>
    public static TimeSpan HandshakeTimeout { get; } = TimeSpan.FromSeconds(2);

    /// <summary>The host of the application that echoes.</summary>
    public string Host => "echo.test.localhost";

    /// <summary>The gateway.</summary>
    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>The attacker's own token: a holder of one may misbehave too.</summary>
    public ServiceToken Token { get; private set; } = null!;

    /// <summary>
    /// Runs an attack. Meanwhile and afterwards a session that was there before is served, and a new one is; the gateway's memory does
    /// not grow by more than the bound; its log does not grow by more than a line an attempt, and has no error and no stack trace.
    /// </summary>
    /// <param name="name">For the figures.</param>
    /// <param name="maxGrowth">Bytes of resident memory that the attack may cost while it lasts.</param>
    /// <param name="attempts">Connections the attack makes.</param>
    /// <param name="attack">The attack.</param>
    /// <param name="cancellationToken">Bounds everything.</param>
    public async Task EndureAsync(string name, long maxGrowth, int attempts, Func<Task> attack, CancellationToken cancellationToken)
    {
        var logged = Gateway.Log.Length;
        var before = Gateway.Program.ResidentBytes();
        TimeSpan longest;
        TimeSpan direct;
        long peak;
        await using (var control = await Heartbeat.StartAsync(_origin.EndPoint, cancellationToken))
        await using (var heartbeat = await Heartbeat.StartAsync(new IPEndPoint(IPAddress.Loopback, _forward.Port), cancellationToken))
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var watching = WatchAsync(over.Token);
            await attack();
            await over.CancelAsync();
            peak = await watching;
            await heartbeat.WaitForBeatAsync(cancellationToken);
            longest = heartbeat.Longest;
            direct = control.Longest;
        }

        Figures.Record($"gateway memory, growth under {name}", (peak - before) / 1048576.0, "MiB");
        Figures.Record($"longest stall of another session, under {name}", longest.TotalMilliseconds, "ms");
        Assert.False(Gateway.Program.HasExited, Gateway.Log);
        Assert.InRange(longest, TimeSpan.Zero, s_longestStall + direct);
        Assert.InRange(peak - before, long.MinValue, maxGrowth);
        AssertCalm(Gateway.Log[logged..], attempts);
        await AssertServesAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        Gateway = await GatewayProcess.StartAsync(string.Create(CultureInfo.InvariantCulture, $"limits: {{ handshake_timeout: {HandshakeTimeout.TotalSeconds}s }}"));
        Token = await Gateway.AdmitAsync(Host, string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{_origin.Port}"));
        _forward = await AccessListener.StartAsync(Gateway, Host, Token);
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await _forward.DisposeAsync();
        await Gateway.DisposeAsync();
        await _origin.DisposeAsync();
    }

    private async Task<long> WatchAsync(CancellationToken cancellationToken)
    {
        var peak = Gateway.Program.ResidentBytes();
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(s_sample, CancellationToken.None);
            peak = Math.Max(peak, Gateway.Program.ResidentBytes());
        }

        return peak;
    }

    private static void AssertCalm(string log, int attempts)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.DoesNotContain(lines, line => line.Contains(" error ", StringComparison.Ordinal) || line.Contains("exception", StringComparison.OrdinalIgnoreCase));

        // The beginning and the end of a session are a line each; so are those of the two well-behaved ones, and of the two before them,
        // which may have been written only now.
        Assert.InRange(lines.Length, 0, (2 * attempts) + 8);
    }

    private async Task AssertServesAsync(CancellationToken cancellationToken)
    {
        using var socket = await _forward.ConnectAsync(cancellationToken);
        await socket.SendAllAsync("still here"u8.ToArray(), cancellationToken);
        await new System.Net.Sockets.NetworkStream(socket).ReadExactlyAsync(new byte[10], cancellationToken);
    }
}
