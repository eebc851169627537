using System.Net.Sockets;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary><c>/metrics</c>, <c>/readyz</c> and <c>fastproxy health</c> of both programs, as who operates them sees them.</summary>
public sealed class MetricsTests : IDisposable
{
    private const string Host = "echo.test.localhost";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task BothProgramsCountTheSameSessions()
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");
        await using var bastion = await BastionProcess.StartAsync(gateway, new() { ["one"] = token }, [$"uid: 0, hostnames: [{Host}, other.test.localhost], token: one"]);
        for (var round = 0; round < 3; round++)
        {
            using var socket = (await bastion.AskAsync(Host)).Socket;
            await socket.SendAsync(new byte[1000]);
            socket.Shutdown(SocketShutdown.Send);
            var (received, buffer) = (0, new byte[4096]);
            for (int count; (count = await socket.ReceiveAsync(buffer).WaitAsync(s_limit)) > 0;)
            {
                received += count;
            }

            Assert.Equal(1000, received);
        }

        (await bastion.AskAsync("other.test.localhost")).Socket.Dispose();
        var (atGateway, atBastion) = (new Exposition?[1], new Exposition?[1]);
        Assert.True(await Settled.WithinAsync(s_limit, async () =>
        {
            atGateway[0] = await ScrapeAsync(gateway.MetricsUrl);
            atBastion[0] = await ScrapeAsync(bastion.MetricsUrl);
            return atGateway[0]!["fastproxy_gateway_sessions_ended_total{reason=\"ok\"}"] == 3
                && atBastion[0]!["fastproxy_bastion_sessions_ended_total{reason=\"ok\"}"] == 3
                && atGateway[0]!["fastproxy_gateway_sessions"] + atBastion[0]!["fastproxy_bastion_sessions"] == 0
                && atBastion[0]!.Sum("fastproxy_bastion_refusals_total") == 1
                && atGateway[0]!["fastproxy_gateway_streams"] == atBastion[0]!.Sum("fastproxy_bastion_pool_streams");
        }));
        foreach (var (scrape, name) in new[] { (atGateway[0]!, "gateway"), (atBastion[0]!, "bastion") })
        {
            Assert.Equal(3, scrape.Sum($"fastproxy_{name}_sessions_ended_total"));
            Assert.Equal(3000, scrape[$"fastproxy_{name}_session_bytes_total{{direction=\"up\"}}"]);
            Assert.Equal(3000, scrape[$"fastproxy_{name}_session_bytes_total{{direction=\"down\"}}"]);
            Assert.Equal(1, scrape[$"fastproxy_{name}_refusals_total{{reason=\"app_unknown\"}}"]);
            Assert.Equal(0, scrape[$"fastproxy_{name}_sessions"]);
            Assert.Equal(1, scrape.Sum("fastproxy_build_info"));
        }

        Assert.Equal(3, atGateway[0]!["fastproxy_gateway_decisions_total{reason=\"admitted\"}"]);
        Assert.Equal(4, atBastion[0]!.Sum("fastproxy_bastion_pool_hand_outs_total"));
        Assert.DoesNotContain(token.Secret, await _http.GetStringAsync($"{bastion.MetricsUrl}/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGatewayThatDrainsIsAliveAndNotReady()
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync("limits: { drain: 1h }");
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");
        await using var bastion = await BastionProcess.StartAsync(gateway, new() { ["one"] = token }, [$"uid: 0, hostnames: [{Host}], token: one"]);
        await IsWellAsync(gateway.MetricsUrl);
        await IsWellAsync($"{gateway.MetricsUrl}/readyz");
        await IsWellAsync($"{bastion.MetricsUrl}/readyz");
        await IsWellAsync($"unix:{gateway.AdminSocket}", byVariable: true);

        using var socket = (await bastion.AskAsync(Host)).Socket;
        gateway.Program.Send(PosixSignalNumber.Terminate);
        var drained = new ProgramResult?[1];
        Assert.True(
            await Settled.WithinAsync(
                s_limit,
                async () => (drained[0] = await PublishedBinary.RunAsync(["health", $"{gateway.MetricsUrl}/readyz"])).ErrorText
                    == $"fastproxy: health: {gateway.MetricsUrl}/readyz answers 503: draining: no new session is taken\n"),
            drained[0]?.ErrorText);
        Assert.Equal(1, drained[0]!.ExitCode);
        await IsWellAsync(gateway.MetricsUrl);

        // The one session that is left is the last; then there is no other gateway for the bastion.
        socket.Dispose();
        Assert.Equal(0, (await gateway.Program.WaitForExitAsync(s_limit)).ExitCode);
        var last = new ProgramResult?[1];
        Assert.True(
            await Settled.WithinAsync(
                s_limit,
                async () => (last[0] = await PublishedBinary.RunAsync(["health", $"{bastion.MetricsUrl}/readyz"])).ErrorText
                    .Contains("answers 503: no gateway can be reached: https://", StringComparison.Ordinal)),
            last[0]?.ErrorText);
        Assert.Equal(1, last[0]!.ExitCode);
        Assert.Equal(1, (await PublishedBinary.RunAsync(["health", gateway.MetricsUrl])).ExitCode);
        await IsWellAsync(bastion.MetricsUrl);
    }

    /// <summary>The command waits for two and a half seconds, which a busy machine may need: it is asked again.</summary>
    private static async Task IsWellAsync(string where, bool byVariable = false)
    {
        var last = new ProgramResult?[1];
        Assert.True(
            await Settled.WithinAsync(s_limit, async () => (last[0] = byVariable
                ? await PublishedBinary.RunAsync(["health"], environment: [new("FASTPROXY_API", where)])
                : await PublishedBinary.RunAsync(["health", where])).ExitCode == 0),
            last[0]?.ErrorText);
    }

    private async Task<Exposition> ScrapeAsync(string url) => Exposition.Parse(await _http.GetStringAsync($"{url}/metrics"));
}
