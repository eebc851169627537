using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing.Networks;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Faults;

/// <summary>A bastion and a gateway in two networks with a cable between them, and an origin beside the gateway.</summary>
public sealed partial class IsolatedPath : IAsyncDisposable
{
    /// <summary>The application.</summary>
    public const string Host = "counting.test.localhost";

    private const int Port = 8443;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private IsolatedPath(VethNetwork network, CountingPeer origin, GatewayProcess gateway, BastionProcess bastion)
    {
        Network = network;
        Origin = origin;
        Gateway = gateway;
        Bastion = bastion;
    }

    /// <summary>The cable.</summary>
    public VethNetwork Network { get; }

    /// <summary>The origin.</summary>
    public CountingPeer Origin { get; }

    /// <summary>The gateway.</summary>
    public GatewayProcess Gateway { get; }

    /// <summary>The bastion; clients of any network reach its unix socket.</summary>
    public BastionProcess Bastion { get; }

    /// <summary>A client of the bastion.</summary>
    public AgentClient Client => new(Bastion.Socket, Host);

    /// <summary>Starts everything.</summary>
    /// <param name="keepAlive">The keep-alive interval of both, in seconds.</param>
    public static async Task<IsolatedPath> StartAsync(int keepAlive)
    {
        var network = VethNetwork.Create();
        var origin = VethNetwork.Within(network.Far, () => new CountingPeer());
        var settings = string.Create(CultureInfo.InvariantCulture, $"keepalive: {keepAlive}s");
        var gateway = await GatewayProcess.StartWithinAsync(new IPEndPoint(VethNetwork.FarAddress, Port), VethNetwork.Within(network.Far), settings);
        var token = await gateway.AdmitAsync(Host, string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{origin.Port}"));
        var bastion = await BastionProcess.StartAsync(
            gateway, new() { ["one"] = token }, [$"uid: 0, hostnames: [{Host}], token: one"], settings, null, VethNetwork.Within(network.Near));
        return new IsolatedPath(network, origin, gateway, bastion);
    }

    /// <summary>The bastion's connections to the gateway, as its own kernel sees them.</summary>
    public int StreamsOfBastion() => Established(Bastion.Program, 2);

    /// <summary>The gateway's connections with clients, as its own kernel sees them.</summary>
    public int StreamsOfGateway() => Established(Gateway.Program, 1);

    /// <summary>Waits for a number of connections.</summary>
    public static async Task UntilAsync(string what, Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"{what}: not within {s_patience}");
            await Task.Delay(50);
        }
    }

    /// <summary>Waits until the bastion has reported every session, and counts those that it calls complete.</summary>
    public async Task<int> ReportedCompleteAsync(int sessions)
    {
        await UntilAsync($"{sessions} sessions reported", () => Reports().Count(Bastion.Log) >= sessions);
        Assert.Equal(sessions, Reports().Count(Bastion.Log));
        return Reports().Matches(Bastion.Log).Count(report => report.Groups["reason"].Value == "ok");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Bastion.DisposeAsync();
        await Gateway.DisposeAsync();
        await Origin.DisposeAsync();
        Network.Dispose();
    }

    private static int Established(RunningProgram program, int column)
    {
        // proc(5): local address, remote address, state; 01 is ESTABLISHED, 20FB is 8443.
        var port = string.Create(CultureInfo.InvariantCulture, $":{Port:X4}");
        return File.ReadLines($"/proc/{program.Id}/net/tcp").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(fields => fields[column].EndsWith(port, StringComparison.Ordinal) && fields[3] == "01");
    }

    [GeneratedRegex(@"of user 0 .* ended: (?<reason>\w+),|User 0 .* was refused .*\[reason=(?<reason>\w+)\]")]
    private static partial Regex Reports();
}
