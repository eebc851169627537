using FastProxy.Cli;
using FastProxy.Client;

namespace FastProxy.Tests.Cli;

public sealed class CommandErrorTests
{
    [Fact]
    public void Is_one_line_and_perhaps_a_next_step()
    {
        var error = new CommandError(ExitCode.Refused, "refused by h", "no policy admits it");

        Assert.Equal("fastproxy: refused by h: no policy admits it", error.Format());
        Assert.Equal(
            "fastproxy: refused by h: no policy admits it [reason=policy_denied] [request=abc]\nAsk for a policy.",
            (error with { Reason = "policy_denied", Request = "abc", NextStep = "Ask for a policy." }).Format());
    }

    [Fact]
    public void A_peers_words_cannot_break_the_line_or_reach_the_terminal() =>
        Assert.Equal(
            "fastproxy: a: b c [31m [reason=x y]",
            new CommandError(ExitCode.Failed, "a", "b\nc\x1b[31m") { Reason = "x\ry" }.Format());
}
