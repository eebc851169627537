namespace FastProxy.Tests.Cli;

/// <summary>Mistakes of the command line: the word that is wrong, on one line, and exit code 2.</summary>
[Collection(nameof(ConsoleCollection))]
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("fastproxy: access: there is no command 'sh', did you mean 'ssh'?", "access", "sh", "--hostname", "h.example.com")]
    [InlineData("fastproxy: usage: there is no command 'nonsense'", "nonsense", "--help")]
    [InlineData("fastproxy: app: there is no command 'nonsense'", "app", "nonsense", "--help")]
    [InlineData("fastproxy: usage: there is no command 'tokn', did you mean 'token'?", "help", "tokn")]
    [InlineData("fastproxy: usage: there is no option --frobnicate", "--frobnicate")]
    [InlineData("fastproxy: token list: there is no option --frobnicate", "token", "list", "--frobnicate")]
    [InlineData("fastproxy: policy move: PLACE is a whole number, and not 'x'", "policy", "move", "git", "p", "x")]
    [InlineData("fastproxy: access tcp: --secret-fd is a whole number, and not 'three'", "access", "tcp", "--hostname", "h", "--secret-fd", "three")]
    [InlineData("fastproxy: access tcp: --log-level is debug, info, warn, error or fatal", "access", "tcp", "--hostname", "h", "--log-level", "foo")]
    public async Task A_mistake_is_named(string line, params string[] args)
    {
        var (code, output, error) = await Terminal.RunAsync(args);
        Assert.Equal((2, ""), (code, output));
        Assert.Equal(line, error.Split('\n')[0]);
    }

    [Theory]
    [InlineData("Create a token and show its secret, once.", "help", "token", "create")]
    [InlineData("Create a token and show its secret, once.", "token", "create", "--help")]
    [InlineData("quickstart", "help")]
    public async Task Help_is_had_in_either_order(string expected, params string[] args)
    {
        var (code, output, error) = await Terminal.RunAsync(args);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }
}
