using FastProxy.Access.Applications;

namespace FastProxy.Tests.Access;

public sealed class OriginTests
{
    [Theory]
    [InlineData("ssh://git.internal", OriginScheme.Ssh, "git.internal", 22)]
    [InlineData("ssh://git.internal:2222", OriginScheme.Ssh, "git.internal", 2222)]
    [InlineData("tcp://db:5432", OriginScheme.Tcp, "db", 5432)]
    [InlineData("rdp://pc", OriginScheme.Rdp, "pc", 3389)]
    [InlineData("smb://files", OriginScheme.Smb, "files", 445)]
    [InlineData("http://web/", OriginScheme.Http, "web", 80)]
    [InlineData("https://WEB.Example.COM.", OriginScheme.Https, "web.example.com", 443)]
    [InlineData("SSH://[::1]:22", OriginScheme.Ssh, "::1", 22)]
    [InlineData("ssh://[2001:DB8::0]", OriginScheme.Ssh, "2001:db8::", 22)]
    [InlineData("tcp://127.0.0.1:1", OriginScheme.Tcp, "127.0.0.1", 1)]
    public void Hosts_and_ports_are_read_and_written_back(string text, OriginScheme scheme, string host, int port)
    {
        var origin = Sample.Origin(text);
        Assert.Equal((scheme, host, port), (origin.Scheme, origin.Host, origin.Port));
        Assert.Equal(origin, Sample.Origin(origin.ToString()));
    }

    [Fact]
    public void A_unix_socket_and_a_bastion_are_read_and_written_back()
    {
        Assert.Equal("/run/x y.sock", Sample.Origin("unix:/run/x y.sock").Path);
        Assert.Equal("unix:/run/x y.sock", Sample.Origin("unix:/run/x y.sock").ToString());
        Assert.True(Sample.Origin("bastion").IsBastion);
        Assert.Equal("bastion", Sample.Origin("bastion").ToString());
    }

    [Theory]
    [InlineData(null, "missing")]
    [InlineData("", "missing")]
    [InlineData("git.internal:22", "none of")]
    [InlineData("ftp://x", "none of")]
    [InlineData("tcp://db", "no port")]
    [InlineData("tcp://db:0", "between 1 and 65535")]
    [InlineData("tcp://db:65536", "between 1 and 65535")]
    [InlineData("tcp://db:+5", "between 1 and 65535")]
    [InlineData("tcp://db:", "not HOST:PORT")]
    [InlineData("ssh://::1", "not HOST:PORT")]
    [InlineData("ssh://[::1", "not HOST:PORT")]
    [InlineData("ssh://[::1]x:22", "not HOST:PORT")]
    [InlineData("ssh://", "missing")]
    [InlineData("ssh://a..b", "label")]
    [InlineData("ssh://*.example.com", "*")]
    [InlineData("ssh://exa mple", "character")]
    [InlineData("http://web/path", "path")]
    [InlineData("ssh://me:hunter2@web", "user name")]
    [InlineData("unix:relative", "absolute")]
    public void A_mistake_is_named(string? text, string expected)
    {
        Assert.False(Origin.TryParse(text, out var origin, out var error));
        Assert.Null(origin);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }
}
