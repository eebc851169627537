using System.Text;
using FastProxy.Client.Agent;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Client.Agent;

public sealed class AgentOutcomeTests
{
    [Fact]
    public void Every_reason_survives_with_and_without_a_request_and_no_part_of_a_line_is_one()
    {
        for (var reason = 0; reason < ReasonCodes.Count; reason++)
        {
            foreach (var request in new[] { null, "5f2c-01" })
            {
                var outcome = new AgentOutcome((ReasonCode)reason, request);
                var line = outcome.Encode();
                Assert.Equal(outcome, AgentOutcome.Parse(line));
                for (var length = 0; length < line.Length; length++)
                {
                    Assert.Null(AgentOutcome.Parse(line.AsSpan(0, length)));
                }
            }
        }
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("line\nfeed")]
    [InlineData("\u00e9")]
    [InlineData("")]
    public void A_request_that_is_no_word_is_left_out(string request) =>
        Assert.Equal("revoked\n"u8.ToArray(), new AgentOutcome(ReasonCode.Revoked, request).Encode());

    [Fact]
    public void A_line_is_never_longer_than_its_reader_takes()
    {
        var longest = new string('r', AgentOutcome.MaxLength - "ok ".Length - 1);
        Assert.Equal(AgentOutcome.MaxLength, new AgentOutcome(ReasonCode.Ok, longest).Encode().Length);
        Assert.Equal(new AgentOutcome(ReasonCode.Ok, longest), AgentOutcome.Parse(new AgentOutcome(ReasonCode.Ok, longest).Encode()));
        Assert.Equal("ok\n"u8.ToArray(), new AgentOutcome(ReasonCode.Ok, longest + "r").Encode());
        Assert.Null(AgentOutcome.Parse(Encoding.ASCII.GetBytes($"ok {longest}r\n")));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("ok \n")]
    [InlineData(" ok\n")]
    [InlineData("ok  5f2c\n")]
    [InlineData("ok 5f2c more\n")]
    [InlineData("ok\n\n")]
    [InlineData("ok\r\n")]
    [InlineData("ok 5f\u001b2c\n")]
    public void What_is_no_line_says_nothing(string line) => Assert.Null(AgentOutcome.Parse(Encoding.Latin1.GetBytes(line)));

    [Fact]
    public void A_reason_of_a_later_version_is_a_lost_session_and_never_one_in_order() =>
        Assert.Equal(new AgentOutcome(ReasonCode.StreamLost, "5f2c"), AgentOutcome.Parse("evaporated 5f2c\n"u8));
}
