using System.Text;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Client.Bastion;

public sealed class ConnectRefusalTests
{
    [Theory]
    [InlineData("401 the client id is not known", 401, "the client id is not known")]
    [InlineData("4010 is no status", 401, "4010 is no status")]
    [InlineData("cannot resolve h", 0, "cannot resolve h")]
    public void The_status_stands_in_the_status_line_alone(string message, int status, string words)
    {
        var refusal = ConnectRefusal.Of(new ConnectFailure(ConnectStage.Refused, message) { Status = status, Request = "5f2c" }, ReasonCode.Shutdown);
        Assert.Equal((words, status, "5f2c"), (refusal.Message, refusal.Status, refusal.Request));
        Assert.DoesNotContain(StreamProtocol.RefusedByHeader, Encoding.UTF8.GetString(refusal.Format()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bastion_signs_what_it_refuses_itself() => Assert.Contains(
        "\r\nFastProxy-Refused-By: bastion\r\n",
        Encoding.UTF8.GetString(new ConnectRefusal(ReasonCode.PolicyDenied, "no rule").Format()),
        StringComparison.Ordinal);
}
