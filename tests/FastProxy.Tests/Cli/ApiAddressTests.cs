using FastProxy.Cli.Api;

namespace FastProxy.Tests.Cli;

public sealed class ApiAddressTests
{
    [Theory]
    [InlineData("https://access.example.com:9443")]
    [InlineData("http://127.0.0.1:9443")]
    [InlineData("http://localhost:9443")]
    [InlineData("http://[::1]:9443")]
    public void An_origin_is_taken(string text)
    {
        Assert.True(ApiAddress.TryParse(text, out var address, out _));
        Assert.Equal(new Uri(text), address.Origin);
    }

    [Fact]
    public void A_socket_is_taken()
    {
        Assert.True(ApiAddress.TryParse("unix:/run/admin.sock", out var address, out _));
        Assert.Equal("/run/admin.sock", address.SocketPath);
    }

    [Theory]
    [InlineData("http://10.0.0.1:9443", "in the clear")]
    [InlineData("http://access.example.com", "in the clear")]
    [InlineData("unix:", "neither")]
    [InlineData("ftp://127.0.0.1", "neither")]
    [InlineData("https://user:secret@h", "neither")]
    [InlineData("https://h/path", "neither")]
    [InlineData("/run/admin.sock", "neither")]
    public void Anything_else_is_refused(string text, string expected)
    {
        Assert.False(ApiAddress.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_is_the_socket_of_the_default_data_directory()
    {
        Assert.Equal("/var/lib/x/admin.sock", ApiAddress.Default(name => name == "STATE_DIRECTORY" ? "/var/lib/x" : null).SocketPath);
    }
}
