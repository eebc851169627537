using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;

namespace FastProxy.Tests.Client.Bastion;

public sealed class ExpiryNoticesTests
{
    [Fact]
    public void Each_token_has_a_line_a_day_however_many_streams_are_dialled()
    {
        var time = new ManualTime();
        var log = new LineLog();
        var notices = new ExpiryNotices(log, time);
        var end = time.GetUtcNow().AddDays(5);
        for (var i = 0; i < 100; i++)
        {
            notices.Tell(RequestOf("one"), end);
            notices.Tell(RequestOf("other"), end);
        }

        Assert.Equal(2, log.Count("BastionTokenExpiresSoon"));
        time.Advance(TimeSpan.FromDays(1));
        notices.Tell(RequestOf("one"), end);
        Assert.Equal(3, log.Count("BastionTokenExpiresSoon"));
        Assert.Contains("in 4.0 days", log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", log.ToString(), StringComparison.Ordinal);

        notices.Tell(RequestOf("none") with { Credential = ClientCredential.None }, end);
        Assert.Equal(3, log.Count("BastionTokenExpiresSoon"));
    }

    private static GatewayRequest RequestOf(string clientId)
    {
        Assert.True(AppUrl.TryParse("https://app.example.com", PlainHttp.Loopback, out var app, out _));
        return new GatewayRequest { App = app, Credential = new ClientCredential(new ServiceCredential(clientId, new Secret("hidden")), null), UserAgent = "test" };
    }
}
