using FastProxy.Access.Applications;

namespace FastProxy.Tests.Access;

public sealed class ApplicationDomainTests
{
    // One row a rule of application matching.
    [Theory]
    [InlineData("git.example.com", "git.example.com", "/", true)]
    [InlineData("git.example.com", "GIT.Example.com.", "/x/y", true)]
    [InlineData("git.example.com", "git.example.com..", "/", false)]
    [InlineData("git.example.com", "example.com", "/", false)]
    [InlineData("*.example.com", "git.example.com", "/", true)]
    [InlineData("*.example.com", "example.com", "/", false)]
    [InlineData("*.example.com", ".example.com", "/", false)]
    [InlineData("*.example.com", "a.b.example.com", "/", false)]
    [InlineData("git-*.example.com", "git-1.example.com", "/", true)]
    [InlineData("git-*.example.com", "svn-1.example.com", "/", false)]
    [InlineData("a*a.example.com", "a.example.com", "/", false)]
    [InlineData("*.*.example.com", "a.b.example.com", "/", true)]
    [InlineData("h/alpha", "h", "/alpha", true)]
    [InlineData("h/alpha", "h", "/alpha/beta", true)]
    [InlineData("h/alpha", "h", "/alphabet", false)]
    [InlineData("h/alpha", "h", "/Alpha", false)]
    [InlineData("h/alpha/", "h", "/alpha", true)]
    [InlineData("h/alpha/*", "h", "/alpha/beta", true)]
    [InlineData("h/alpha/*", "h", "/alpha", false)]
    [InlineData("h/foo*/bar", "h", "/food/stuff/bar", true)]
    [InlineData("h/foo*/bar", "h", "/food/stuff/bar/x", true)]
    [InlineData("h/foo*/bar", "h", "/food/stuff/barn", false)]
    [InlineData("h/foo*/bar", "h", "/fo/bar", false)]
    [InlineData("h/foo*", "h", "/foobar", true)]
    [InlineData("h/*/x", "h", "/a/b/x", true)]
    [InlineData("h/*", "h", "/", true)]
    [InlineData("h/*", "h", "/anything", true)]
    [InlineData("h/", "h", "", true)]
    [InlineData("[::1]", "::1", "/", true)]
    public void What_a_domain_covers(string domain, string host, string path, bool covered) =>
        Assert.Equal(covered, Sample.Domain(domain).Covers(host, path));

    [Theory]
    [InlineData("Git.Example.COM", "git.example.com")]
    [InlineData("git.example.com.", "git.example.com")]
    [InlineData("h/", "h")]
    [InlineData("h/*", "h")]
    [InlineData("h/a/", "h/a")]
    [InlineData("[0:0::1]/a", "[::1]/a")]
    public void A_domain_has_one_spelling(string text, string canonical)
    {
        Assert.Equal(canonical, Sample.Domain(text).ToString());
        Assert.Equal(Sample.Domain(text), Sample.Domain(canonical));
    }

    [Theory]
    [InlineData(null, "missing")]
    [InlineData(" ", "missing")]
    [InlineData("/path", "missing")]
    [InlineData("https://h", "scheme")]
    [InlineData("h:8443", "port")]
    [InlineData("h:8443/path", "port")]
    [InlineData("h/a?b=c", "query")]
    [InlineData("h/a#b", "fragment")]
    [InlineData("*a*.example.com", "more than one *")]
    [InlineData("h/*a*", "more than one *")]
    [InlineData("h/a//b", "empty")]
    [InlineData("h/a/../b", "'..'")]
    [InlineData("h/a%2fb", "percent")]
    [InlineData("a..b", "label")]
    [InlineData("bücher.example", "xn--")]
    [InlineData("a b.example", "character")]
    [InlineData("[::1", "port")]
    public void A_mistake_is_named(string? text, string expected)
    {
        Assert.False(ApplicationDomain.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
