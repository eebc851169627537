using FastProxy.Transport.Dialing;

namespace FastProxy.Tests.Transport.Dialing;

public sealed class DialTargetTests
{
    [Theory]
    [InlineData("gitlab.example.com:22", "gitlab.example.com", 22)]
    [InlineData("127.0.0.1:65535", "127.0.0.1", 65535)]
    [InlineData("[::1]:22", "::1", 22)]
    [InlineData("[fe80::1%eth0]:22", "fe80::1%eth0", 22)]
    public void Reads_tcp_targets_and_prints_them_back(string text, string host, int port)
    {
        Assert.True(DialTarget.TryParse(text, out var target));
        Assert.Equal((host, port, null), (target.Host, target.Port, target.UnixPath));
        Assert.Equal(text, target.ToString());
    }

    [Fact]
    public void Reads_a_unix_socket()
    {
        Assert.True(DialTarget.TryParse("unix:/run/git.sock", out var target));
        Assert.Equal("/run/git.sock", target.UnixPath);
        Assert.Equal("unix:/run/git.sock", target.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("host")]
    [InlineData("host:")]
    [InlineData(":22")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("host: 22")]
    [InlineData("::1:22")]
    [InlineData("[]:22")]
    [InlineData("[::1]")]
    [InlineData("user@host:22")]
    [InlineData("tcp://host:22")]
    [InlineData("unix:")]
    public void Refuses_everything_else(string? text)
    {
        Assert.False(DialTarget.TryParse(text, out var target));
        Assert.Null(target);
    }
}
