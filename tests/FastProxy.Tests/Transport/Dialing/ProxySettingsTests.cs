using FastProxy.Transport.Dialing;

namespace FastProxy.Tests.Transport.Dialing;

public sealed class ProxySettingsTests
{
    [Theory]
    [InlineData("", "h.example.com", 443, false)]
    [InlineData("*", "h.example.com", 443, true)]
    [InlineData("example.com", "example.com", 443, true)]
    [InlineData("example.com", "h.EXAMPLE.com", 443, true)]
    [InlineData("example.com", "notexample.com", 443, false)]
    [InlineData(".example.com", "example.com", 443, false)]
    [InlineData(".example.com", "h.example.com", 443, true)]
    [InlineData("*.example.com", "h.example.com", 443, true)]
    [InlineData("example.com:8443", "example.com", 443, false)]
    [InlineData("example.com:8443", "example.com", 8443, true)]
    [InlineData("other.com, example.com", "h.example.com.", 443, true)]
    [InlineData("10.0.0.0/8", "10.1.2.3", 443, true)]
    [InlineData("10.0.0.0/8", "11.1.2.3", 443, false)]
    [InlineData("10.1.2.3", "10.1.2.3", 443, true)]
    [InlineData("10.1.2.3:22", "10.1.2.3", 443, false)]
    [InlineData("2001:db8::1", "2001:db8::1", 443, true)]
    [InlineData("[2001:db8::1]:443", "2001:db8::1", 443, true)]
    [InlineData("2001:db8::/32", "2001:db8::5", 443, true)]
    [InlineData("*", "10.0.0.1", 443, true)]
    [InlineData("", "localhost", 443, true)]
    [InlineData("", "git.localhost", 443, true)]
    [InlineData("", "127.0.0.1", 443, true)]
    [InlineData("", "::1", 443, true)]
    public void No_proxy_and_loopback_are_dialled_directly(string noProxy, string host, int port, bool direct)
    {
        var settings = Settings(("HTTPS_PROXY", "http://proxy.test:3128"), ("NO_PROXY", noProxy));

        Assert.Equal(direct, settings.Select(DialTarget.Tcp(host, port), out _) is null);
    }

    [Theory]
    [InlineData("http://proxy.test:3128", "Http", "proxy.test:3128", null, null)]
    [InlineData("http://proxy.test", "Http", "proxy.test:80", null, null)]
    [InlineData("proxy.test:3128", "Http", "proxy.test:3128", null, null)]
    [InlineData("http://me:p%40ss@proxy.test:3128", "Http", "proxy.test:3128", "me", "p@ss")]
    [InlineData("socks5://proxy.test", "Socks5", "proxy.test:1080", null, null)]
    [InlineData("socks5h://u:p@[2001:db8::7]:9050", "Socks5", "[2001:db8::7]:9050", "u", "p")]
    public void Reads_the_proxy_url(string value, string scheme, string target, string? user, string? password)
    {
        var proxy = Settings(("https_proxy", value)).Select(DialTarget.Tcp("h.example.com", 443), out var error);

        Assert.Null(error);
        Assert.Equal((scheme, target, user, password), (proxy!.Scheme.ToString(), proxy.Target.ToString(), proxy.UserName, proxy.Password));
        Assert.Equal(target, proxy.ToString());
    }

    [Fact]
    public void The_upper_case_variable_goes_first_and_http_proxy_is_ignored()
    {
        var both = Settings(("HTTPS_PROXY", "http://upper.test:1"), ("https_proxy", "http://lower.test:2"));
        var plain = Settings(("HTTP_PROXY", "http://upper.test:1"));

        Assert.Equal("upper.test:1", both.Select(DialTarget.Tcp("h.test", 443), out _)?.ToString());
        Assert.Null(plain.Select(DialTarget.Tcp("h.test", 443), out _));
    }

    [Theory]
    [InlineData("https://me:topsecret@proxy.test", "only http:// and socks5:// proxies are supported")]
    [InlineData("http://me:topsecret@", "not a URL")]
    public void An_unusable_proxy_url_is_an_error_that_shows_nothing_of_it(string value, string expected)
    {
        Assert.Null(Settings(("HTTPS_PROXY", value)).Select(DialTarget.Tcp("h.test", 443), out var error));
        Assert.Equal(expected, error);
    }

    private static ProxySettings Settings(params (string Name, string Value)[] variables) =>
        ProxySettings.FromVariables(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
