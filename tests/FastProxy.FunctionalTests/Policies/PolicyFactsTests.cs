using System.Globalization;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Raw;

namespace FastProxy.FunctionalTests.Policies;

/// <summary>What the published gateway makes of a country a trusted proxy tells, and of client certificates.</summary>
public sealed class PolicyFactsTests
{
    private const string Portuguese = "pt.test.localhost";
    private const string Database = "db.test.localhost";

    [Fact]
    public async Task Countries_and_certificates_admit()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartMutualTlsAsync("trusted_proxies: [127.0.0.0/8]\ngeo: { header: CF-IPCountry }");
        var target = string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{origin.Port}");
        await gateway.Cli.RunAsync("app", "create", "pt", "--domain", Portuguese, "--origin", target);
        await gateway.Cli.RunAsync("policy", "add", "pt", "machines", "--action", "service-auth", "--include", "country:PT");
        await gateway.Cli.RunAsync("app", "create", "db", "--domain", Database, "--origin", target);
        await gateway.Cli.RunAsync("policy", "add", "db", "machines", "--action", "service-auth", "--include", "common-name:db1");

        Assert.Equal((101, null), await AskAsync(Portuguese, "PT", null));
        Assert.Equal((403, "policy_denied"), await AskAsync(Portuguese, "ES", null));
        Assert.Equal((101, null), await AskAsync(Database, "ES", "db1"));
        Assert.Equal((403, "policy_denied"), await AskAsync(Database, "ES", "db2"));
        Assert.Equal((401, "credentials_missing"), await AskAsync(Database, "ES", null));

        var explained = await gateway.Cli.RunAsync("policy", "explain", "--app", Database, "--common-name", "db2");
        Assert.Contains("common-name:db1", explained.OutputText, StringComparison.Ordinal);
        Assert.Contains("Refused: no policy matches.", explained.OutputText, StringComparison.Ordinal);

        async Task<(int Status, string? Reason)> AskAsync(string host, string country, string? commonName)
        {
            using var certificate = commonName is null ? null : gateway.Certificates.Client(commonName);
            var tls = await gateway.ConnectTlsAsync(host, limit.Token, certificate);
            await using var peer = await RawWebSocketPeer.UpgradeAsync(tls, gateway.Address(host), "/", [("CF-IPCountry", country)], limit.Token);
            return (peer.Head.Status, peer.Head.Value("Cf-Access-Error"));
        }
    }
}
