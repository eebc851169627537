using FastProxy.Tests.Admin;

namespace FastProxy.Tests.Cli;

/// <summary>Tokens that rules name and that let nobody in: the commands say so.</summary>
[Collection(nameof(ConsoleCollection))]
public sealed class TokenStateTests(RunningAdmin admin) : IClassFixture<RunningAdmin>
{
    [Fact]
    public async Task A_canary_is_admitted_nowhere()
    {
        await RunAsync(0, "token", "create", "bait", "--canary");
        await RunAsync(0, "app", "create", "baited", "--domain", "baited.example.com", "--origin", "tcp://127.0.0.1:1");
        var added = await RunAsync(0, "policy", "add", "baited", "bp", "--action", "service-auth", "--include", "service-token:bait");
        Assert.Contains("the service token 'bait' is a canary: it is refused, whatever the policy 'bp' says", added.Error, StringComparison.Ordinal);

        Assert.Contains("Admitted to: nothing\n", (await RunAsync(0, "token", "show", "bait")).Out, StringComparison.Ordinal);
        var explained = await RunAsync(1, "policy", "explain", "--app", "baited.example.com", "--token", "bait");
        Assert.Contains("'bait' is a canary: it is always refused", explained.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_token_that_is_enabled_again_has_no_secret()
    {
        await RunAsync(0, "token", "create", "cf");
        await RunAsync(0, "group", "create", "names cf", "--include", "service-token:cf");
        await RunAsync(0, "token", "revoke", "cf");

        var enabled = await RunAsync(0, "token", "enable", "cf");
        Assert.Equal("The token 'cf' is enabled, but has no secret: fastproxy token rotate cf gives it one.\n", enabled.Out);
        await RunAsync(0, "app", "create", "open to cf", "--domain", "cf.example.com", "--origin", "tcp://127.0.0.1:22");
        await RunAsync(0, "policy", "add", "open to cf", "cf", "--action", "service-auth", "--include", "service-token:cf");
        var explained = await RunAsync(1, "policy", "explain", "--app", "cf.example.com", "--token", "cf");
        Assert.Contains("'cf' has no secret: nobody can present it until it is rotated", explained.Error, StringComparison.Ordinal);
        Assert.Matches("cf +[0-9a-f]+\\.access +no secret ", (await RunAsync(0, "token", "list")).Out);

        await RunAsync(0, "token", "rotate", "cf");
        Assert.Matches("State: +enabled\n", (await RunAsync(0, "token", "show", "cf")).Out);
    }

    private async Task<(string Out, string Error)> RunAsync(int expected, params string[] args)
    {
        var (code, output, error) = await Terminal.RunAsync([.. args, "--api", $"unix:{admin.SocketPath}"]);
        Assert.True(code == expected, $"exit {code}: {error}");
        return (output, error);
    }
}
