using FastProxy.Client.Bastion;

namespace FastProxy.Tests.Client.Bastion;

public sealed class HostnamePatternTests
{
    [Theory]
    [InlineData("a.example.com", "a.example.com", true)]
    [InlineData("A.Example.com", "a.example.com", true)]
    [InlineData("a.example.com:8443", "a.example.com", true)]
    [InlineData("a.example.com", "b.a.example.com", false)]
    [InlineData("*.example.com", "a.example.com", true)]
    [InlineData("*.example.com", "a.b.example.com", false)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("*.example.com", ".example.com", false)]
    [InlineData("*.example.com", "aexample.com", false)]
    [InlineData("*.b.example.com", "a.b.example.com", true)]
    public void Covers(string text, string host, bool expected)
    {
        Assert.True(HostnamePattern.TryParse(text, out var pattern, out _));
        Assert.Equal(expected, pattern.Covers(host));
    }

    [Theory]
    [InlineData("*.example.com", "a.example.com", true)]
    [InlineData("*.example.com", "*.example.com", true)]
    [InlineData("a.example.com", "*.example.com", false)]
    [InlineData("*.example.com", "*.a.example.com", false)]
    [InlineData("a.example.com", "a.example.com:8443", true)]
    public void Covers_everything_that_another_covers(string text, string other, bool expected)
    {
        Assert.True(HostnamePattern.TryParse(text, out var pattern, out _));
        Assert.True(HostnamePattern.TryParse(other, out var second, out _));
        Assert.Equal(expected, pattern.Covers(second));
    }
}
