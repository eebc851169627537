using System.Net.Sockets;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>A pool that keeps nothing ready: <c>min_idle: 0</c>.</summary>
public sealed class DialOnDemandTests : IDisposable
{
    private const string Host = "echo.test.localhost";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task NothingIsDialledAheadAndASessionGetsItsStream()
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");
        await using var bastion = await BastionProcess.StartAsync(
            gateway, new() { ["one"] = token }, [$"uid: 0, hostnames: [{Host}], token: one"], "pool: { min_idle: 0 }");
        var labels = $"gateway=\"https://{gateway.Address("gateway.test.localhost")}\",client_id=\"{token.Id}\"";

        // A dial is counted as it begins, and what is dialled ahead begins before the listeners are said to be there.
        Assert.Equal((0, 0), (Dials(await ScrapeAsync(bastion)), Idle(await ScrapeAsync(bastion))));
        Assert.Equal("ready\n", await _http.GetStringAsync($"{bastion.MetricsUrl}/readyz"));
        for (var session = 0; session < 2; session++)
        {
            var (socket, head) = await bastion.AskAsync(Host);
            using (socket)
            {
                Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
                await socket.SendAsync("ping"u8.ToArray());
                socket.Shutdown(SocketShutdown.Send);
                Assert.Equal("ping"u8.ToArray(), await ReadToEndAsync(socket).WaitAsync(s_limit));
            }

            // What the session brought stays for the next, and nothing is dialled beside it.
            Assert.True(await Settled.WithinAsync(s_limit, async () => Idle(await ScrapeAsync(bastion)) == 1));
            Assert.Equal(1, Dials(await ScrapeAsync(bastion)));
        }

        double Dials(Exposition scrape) => scrape[$"fastproxy_bastion_pool_dials_total{{{labels}}}"];
        double Idle(Exposition scrape) => scrape[$"fastproxy_bastion_pool_streams{{{labels},state=\"idle\"}}"];
    }

    private async Task<Exposition> ScrapeAsync(BastionProcess bastion) => Exposition.Parse(await _http.GetStringAsync($"{bastion.MetricsUrl}/metrics"));

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[1024];
        for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }
}
