using System.Net;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Hosting;
using FastProxy.Tests.Admin;
using FastProxy.Tests.Client.Bastion;
using FastProxy.Transport.Listening;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Cli;

[Collection(nameof(ConsoleCollection))]
public sealed class HealthCommandTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    [Fact]
    public async Task The_admin_socket_says_that_the_gateway_is_alive() =>
        Assert.Equal((0, "ok\n", ""), await AskUntilAsync($"unix:{admin.SocketPath}", answer => answer.Code == 0));

    [Fact]
    public async Task The_admin_address_says_so_to_who_has_no_token() =>
        Assert.Equal((0, "ok\n", ""), await Terminal.RunAsync("health", admin.Url));

    [Fact]
    public async Task A_bastion_whose_gateway_is_away_is_alive_and_not_ready()
    {
        using var path = new SocketPath();
        Assert.True(AppUrl.TryParse("http://127.0.0.1:1", PlainHttp.Loopback, out var away, out _));
        var request = new GatewayRequest { App = away, Gateway = away, UserAgent = "fastproxy/test" };
        var options = new BastionOptions
        {
            Listeners = [new PortListener { Address = new IPEndPoint(IPAddress.Loopback, 0), Request = request }],
            Gateway = away,
            Sessions = 10,
            Metrics = new MetricsOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) },
        };
        await using var bastion = await BastionHost.StartAsync(options, new Dictionary<string, int>(), NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        var metrics = $"http://{bastion.MetricsAddress}";
        Assert.Equal((0, "ok\n", ""), await AskUntilAsync(metrics, answer => answer.Code == 0));

        // The first dial may be under way still, and the next one begins after half a second.
        var (code, output, error) = await AskUntilAsync(metrics + "/readyz", answer => answer.Error.Contains(" answers ", StringComparison.Ordinal));
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"fastproxy: health: {metrics}/readyz answers 503: no gateway can be reached: http://127.0.0.1:1: ", error, StringComparison.Ordinal);
        await bastion.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData(1, "http://127.0.0.1:1", "fastproxy: health: cannot reach http://127.0.0.1:1/healthz: connection refused", "metrics: { address: 127.0.0.1:1 }")]
    [InlineData(1, "unix:/nonexistent/admin.sock", "fastproxy: health: cannot reach unix:/nonexistent/admin.sock: no such file", "Is the gateway running?")]
    [InlineData(2, "localhost:9090", "fastproxy: health: URL is neither http://ADDRESS:PORT[/readyz] nor unix:PATH", "fastproxy health --help")]
    public async Task What_fails_is_one_line_and_the_next_step(int exitCode, string url, string line, string nextStep)
    {
        var (code, output, error) = await Terminal.RunAsync("health", url);
        Assert.Equal((exitCode, ""), (code, output));
        var lines = error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith(line, lines[0], StringComparison.Ordinal);
        Assert.Contains(nextStep, lines[1], StringComparison.Ordinal);
    }

    /// <summary>Asks again while the answer is another: the command waits for two and a half seconds, which a busy machine may need.</summary>
    private static async Task<(int Code, string Out, string Error)> AskUntilAsync(string url, Func<(int Code, string Out, string Error), bool> isIt)
    {
        var asked = TimeProvider.System.GetTimestamp();
        (int Code, string Out, string Error) answer;
        do
        {
            answer = await Terminal.RunAsync("health", url);
        }
        while (!isIt(answer) && TimeProvider.System.GetElapsedTime(asked) < TimeSpan.FromSeconds(60));

        return answer;
    }
}
