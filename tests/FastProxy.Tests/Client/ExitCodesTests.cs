using FastProxy.Client;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Client;

public sealed class ExitCodesTests
{
    [Theory]
    [InlineData(ConnectStage.Name, 6)]
    [InlineData(ConnectStage.Tcp, 6)]
    [InlineData(ConnectStage.Proxy, 6)]
    [InlineData(ConnectStage.Tls, 7)]
    [InlineData(ConnectStage.Handshake, 8)]
    public void A_stage_has_its_code(ConnectStage stage, int expected) =>
        Assert.Equal(expected, (int)ExitCodes.Of(new ConnectFailure(stage, "why")));

    [Theory]
    [InlineData(400, 4)]
    [InlineData(401, 3)]
    [InlineData(403, 4)]
    [InlineData(404, 4)]
    [InlineData(421, 4)]
    [InlineData(429, 10)]
    [InlineData(500, 8)]
    [InlineData(502, 5)]
    [InlineData(503, 10)]
    [InlineData(504, 5)]
    [InlineData(530, 5)]
    public void A_refusal_goes_by_its_status(int status, int expected) =>
        Assert.Equal(expected, (int)ExitCodes.Of(new ConnectFailure(ConnectStage.Refused, "why") { Status = status }));

    [Fact]
    public void A_demanded_login_is_not_authenticated() =>
        Assert.Equal(ExitCode.NotAuthenticated, ExitCodes.Of(new ConnectFailure(ConnectStage.Refused, "why") { Status = 302, LoginDemanded = true }));

    [Theory]
    [InlineData(ReasonCode.Ok, 0)]
    [InlineData(ReasonCode.ClientReset, 0)]
    [InlineData(ReasonCode.Revoked, 9)]
    [InlineData(ReasonCode.Idle, 9)]
    [InlineData(ReasonCode.OriginReset, 9)]
    [InlineData(ReasonCode.StreamLost, 9)]
    [InlineData(ReasonCode.Shutdown, 9)]
    [InlineData(ReasonCode.Protocol, 8)]
    public void An_ending_has_its_code(ReasonCode reason, int expected) => Assert.Equal(expected, (int)ExitCodes.Of(reason));
}
