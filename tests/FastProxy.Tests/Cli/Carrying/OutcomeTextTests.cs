using FastProxy.Cli.Carrying;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;

namespace FastProxy.Tests.Cli.Carrying;

public sealed class OutcomeTextTests
{
    [Theory]
    [InlineData("credentials_missing", false, "near")]
    [InlineData(null, true, "near")]
    [InlineData("policy_denied", false, "Ask the gateway's administrator for a Service Auth policy that includes this token.")]
    public void What_nearly_was_a_credential_is_told_where_one_is_missing(string? reason, bool login, string expected)
    {
        var failure = new ConnectFailure(ConnectStage.Refused, "no") { Reason = reason, LoginDemanded = login, NextStep = login ? "log in" : null };

        Assert.Equal(expected, OutcomeText.Describe(new CarrierOutcome(failure, default, null), "h", "near")!.NextStep);
    }
}
