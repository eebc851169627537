using FastProxy.Client.Connecting;

namespace FastProxy.Tests.Client.Connecting;

public sealed class ConnectOverrideTests
{
    [Theory]
    [InlineData("gw", "gw", null, "gw", false)]
    [InlineData("gw:8443", "gw", 8443, "gw", false)]
    [InlineData("app.test:8443:127.0.0.1", "127.0.0.1", 8443, "app.test", true)]
    [InlineData("app.test:8443:[::1]", "::1", 8443, "app.test", true)]
    [InlineData("[::1]:8443", "::1", 8443, "::1", false)]
    public void Reads_the_three_forms(string value, string host, int? port, string name, bool namesSni)
    {
        Assert.True(ConnectOverride.TryParse(value, out var result));
        Assert.Equal(new ConnectOverride(host, port, name, namesSni), result);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":8443")]
    [InlineData("gw:port")]
    [InlineData("a:0:b")]
    [InlineData("a:1:b:c")]
    [InlineData("https://gw")]
    public void Refuses_everything_else(string? value)
    {
        Assert.False(ConnectOverride.TryParse(value, out var result));
        Assert.Null(result);
    }
}
