using System.Text.Json;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Api;

/// <summary>What an administrator's tools do: every call of the API through Cloudflare's own client, pointed at a gateway.</summary>
public sealed class OfficialClientTests
{
    [Fact]
    public async Task Every_call_of_the_official_client_works()
    {
        var directory = await NpmClient.InstallAsync();
        await using var gateway = await GatewayProcess.StartAsync();
        var environment = new Dictionary<string, string?>
        {
            ["FASTPROXY_URL"] = await gateway.AdminUrlAsync(),
            ["FASTPROXY_WRITE_TOKEN"] = await TokenAsync(gateway, "writer", "write"),
            ["FASTPROXY_READ_TOKEN"] = await TokenAsync(gateway, "reader", "read"),
        };

        var result = await RunningProgram.RunAsync("node", ["drive.mjs"], environment: environment, directory: directory, timeout: TimeSpan.FromMinutes(2));

        result.MustSucceed();
        Assert.EndsWith("done\n", result.OutputText, StringComparison.Ordinal);
        Assert.Equal(12, result.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(environment["FASTPROXY_WRITE_TOKEN"]!, gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_commands_reach_a_gateway_over_tcp_with_a_token()
    {
        await using var gateway = await GatewayProcess.StartAsync();
        var url = await gateway.AdminUrlAsync();
        var environment = new Dictionary<string, string?> { ["FASTPROXY_API"] = url, ["FASTPROXY_API_TOKEN"] = await TokenAsync(gateway, "writer", "write") };

        var created = await PublishedBinary.RunAsync(["token", "create", "over-tcp", "--json"], environment: environment);
        var refused = await PublishedBinary.RunAsync(["token", "list", "--api", url]);

        using var token = JsonDocument.Parse(created.MustSucceed().Output);
        Assert.Equal("over-tcp", token.RootElement.GetProperty("name").GetString());
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("fastproxy: token list: the API token is missing, unknown or expired\n", refused.ErrorText, StringComparison.Ordinal);
    }

    private static async Task<string> TokenAsync(GatewayProcess gateway, string name, string scope) =>
        (await gateway.Cli.JsonAsync("api-token", "create", name, "--scope", scope)).GetProperty("value").GetString()!;
}
