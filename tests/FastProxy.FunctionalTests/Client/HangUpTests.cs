using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Client;

/// <summary>ssh sends SIGHUP to its ProxyCommand at every end, in the same moment in which the session ends.</summary>
public sealed partial class HangUpTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ARevokedSessionSaysWhyHoweverEarlyTheHangUpComes()
    {
        await using var gateway = await GatewayProcess.StartAsync();
        await using var origin = new EchoPeer();
        var token = await gateway.AdmitAsync("app.test.localhost", $"tcp://127.0.0.1:{origin.Port}");
        for (var round = 0; round < 5; round++)
        {
            await using var client = PublishedBinary.Start(gateway.AccessArguments("ssh", "app.test.localhost", token));
            await client.Input.WriteAsync("x"u8.ToArray());
            await client.Input.FlushAsync();
            using var patience = new CancellationTokenSource(s_patience);
            await client.Output.WaitForLengthAsync(1, patience.Token);
            await gateway.Cli.RunAsync("token", "disable", "app-test-localhost");

            // What ssh does when its ProxyCommand's output ends.
            await client.Output.WaitForLengthAsync(long.MaxValue, patience.Token);
            if (!client.HasExited)
            {
                client.Send(PosixSignalNumber.Hangup);
            }

            var result = await client.WaitForExitAsync(s_patience);
            Assert.DoesNotContain("Unhandled", result.ErrorText, StringComparison.Ordinal);
            Assert.Single(Reason().Matches(result.ErrorText));
            await gateway.Cli.RunAsync("token", "enable", "app-test-localhost");
        }
    }

    [Theory]
    [InlineData(new[] { "acess", "ssh" }, "there is no command 'acess'")]
    [InlineData(new[] { "token", "foo" }, "there is no such command")]
    [InlineData(new[] { "access", "ssh", "--hostname", "h", "--frobnicate" }, "there is no option --frobnicate")]
    [InlineData(new[] { "access", "ssh", "--hostnme", "h:1" }, "there is no option --hostnme")]
    [InlineData(new[] { "gateway", "--confg=x" }, "there is no option --confg")]
    public async Task AMistypedWordIsNamed(string[] arguments, string expected)
    {
        var result = await PublishedBinary.RunAsync(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.OutputText);
        Assert.Contains(expected, result.ErrorText, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^fastproxy: .*\[reason=revoked\]", RegexOptions.Multiline)]
    private static partial Regex Reason();
}
