namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>The real parts work without FastProxy between them: a failure elsewhere is then not theirs.</summary>
public sealed class OpenSshServerTests
{
    [Fact]
    public async Task LetsItsUserInDirectly()
    {
        await using var server = await OpenSshServer.StartAsync();
        var config = server.WriteClientConfig("direct", proxyCommand: null);

        var result = (await RunningProgram.RunAsync("ssh", ["-F", config, "origin", "echo in; echo err >&2; cat"], "input"u8.ToArray())).MustSucceed();

        Assert.Equal("in\ninput", result.OutputText);
        Assert.Equal("err\n", result.ErrorText);
    }
}
