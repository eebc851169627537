using FastProxy.Client.Connecting;

namespace FastProxy.Tests.Client.Connecting;

public sealed class AppUrlTests
{
    [Theory]
    [InlineData("h.example.com", "h.example.com", 443, "/", "h.example.com", "h.example.com")]
    [InlineData("H.Example.COM.", "h.example.com", 443, "/", "h.example.com", "h.example.com")]
    [InlineData("h:8443", "h", 8443, "/", "h:8443", "h")]
    [InlineData("127.0.0.1:9090", "127.0.0.1", 9090, "/", "127.0.0.1:9090", "127.0.0.1")]
    [InlineData("[::1]:8080", "::1", 8080, "/", "[::1]:8080", "[::1]")]
    [InlineData("::1", "::1", 443, "/", "[::1]", "[::1]")]
    [InlineData("https://h/some/path?q=1", "h", 443, "/some/path?q=1", "h", "h/some/path")]
    [InlineData("http://h.example.com", "h.example.com", 443, "/", "h.example.com", "h.example.com")]
    [InlineData("http://h.example.com:8080/p/", "h.example.com", 8080, "/p/", "h.example.com:8080", "h.example.com/p")]
    [InlineData("bücher.example", "xn--bcher-kva.example", 443, "/", "xn--bcher-kva.example", "xn--bcher-kva.example")]
    public void Becomes_an_https_url(string hostname, string host, int port, string path, string authority, string app)
    {
        Assert.True(AppUrl.TryParse(hostname, PlainHttp.Loopback, out var url, out _));
        Assert.Equal((host, port, path, authority, app, true), (url.Host, url.Port, url.PathAndQuery, url.Authority, url.App, url.Secure));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", PlainHttp.Loopback, false, 8080)]
    [InlineData("http://git.localhost", PlainHttp.Loopback, false, 80)]
    [InlineData("http://127.0.0.1:8080", PlainHttp.Never, true, 8080)]
    [InlineData("http://127.0.0.1", PlainHttp.Never, true, 443)]
    [InlineData("http://h.example.com", PlainHttp.Always, false, 80)]
    [InlineData("127.0.0.1:8080", PlainHttp.Always, true, 8080)]
    public void Plain_http_is_meant_only_where_it_may_be(string hostname, PlainHttp plain, bool secure, int port)
    {
        Assert.True(AppUrl.TryParse(hostname, plain, out var url, out _));
        Assert.Equal((secure, port), (url.Secure, url.Port));
    }

    [Theory]
    [InlineData(null, "hostname is missing")]
    [InlineData("", "hostname is missing")]
    [InlineData("  ", "hostname is missing")]
    [InlineData("--id", "hostname is missing")]
    [InlineData("https://", "it is not a host name or URL")]
    [InlineData("h:99999", "it is not a host name or URL")]
    [InlineData("a b", "it is not a host name or URL")]
    [InlineData("https://me:pw@h", "a user name or password has no place in it")]
    public void Says_what_is_wrong(string? hostname, string expected)
    {
        Assert.False(AppUrl.TryParse(hostname, PlainHttp.Loopback, out var url, out var error));
        Assert.Null(url);
        Assert.Equal(expected, error);
    }
}
