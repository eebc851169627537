using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Tcp;

/// <summary>A TLS listener behind a load balancer: the PROXY protocol header comes in clear, ahead of the handshake.</summary>
public sealed class ProxyProtocolTests
{
    private const string Host = "app.test.localhost";

    [Fact]
    public async Task PoliciesSeeTheAddressOfTheHeaderAheadOfTls()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var gateway = await GatewayProcess.StartBehindProxyAsync();
        await gateway.Cli.RunAsync("app", "create", "app", "--domain", Host, "--origin", "tcp://127.0.0.1:1");
        await gateway.Cli.RunAsync("policy", "add", "app", "office", "--action", "bypass", "--include", "ip:203.0.113.0/24");

        // An admitted request is told that it should have been an upgrade.
        Assert.StartsWith("HTTP/1.1 400 ", await AskAsync("PROXY TCP4 203.0.113.7 127.0.0.1 5000 443\r\n"u8.ToArray()), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await AskAsync("PROXY TCP4 198.51.100.7 127.0.0.1 5000 443\r\n"u8.ToArray()), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await AskAsync(Version2(203, 0, 113, 8)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await AskAsync(Version2(198, 51, 100, 8)), StringComparison.Ordinal);

        // Without the header it is no TLS either: the connection is closed.
        await Assert.ThrowsAnyAsync<Exception>(async () => await AskAsync([])).ContinueWith(
            failed => Assert.True(failed.Result is IOException or AuthenticationException, failed.Result.ToString()), TaskScheduler.Default);

        async Task<string> AskAsync(byte[] header)
        {
            await using var tls = await gateway.ConnectTlsAsync(Host, limit.Token, ahead: header);
            await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {Host}\r\n\r\n"), limit.Token);
            var answer = new byte[4096];
            return Encoding.ASCII.GetString(answer, 0, await tls.ReadAsync(answer, limit.Token));
        }
    }

    private static byte[] Version2(params byte[] source) =>
        [0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 12, .. source, 127, 0, 0, 1, 0x13, 0x88, 1, 0xBB];
}
