using FastProxy.Access.Policies;

namespace FastProxy.Tests.Access;

public sealed class AccessSnapshotTests
{
    [Theory]
    [InlineData("git.example.com", "/", "exact")]
    [InlineData("GIT.EXAMPLE.COM.", "/", "exact")]
    [InlineData("git.example.com", "/admin/users", "exact admin")]
    [InlineData("git.example.com", "/administration", "exact")]
    [InlineData("svn.example.com", "/", "any label")]
    [InlineData("svn.example.com", "/x", "any label x")]
    [InlineData("git-1.example.com", "/", "git label")]
    [InlineData("a.b.example.com", "/", "two labels")]
    [InlineData("only.example.com", "/path", "only a path")]
    [InlineData("only.example.com", "/", "any label")]
    [InlineData("[::1]", "/", "address")]
    [InlineData("::1", "/", "address")]
    public void The_most_specific_application_is_found(string host, string path, string name)
    {
        Assert.True(Snapshot().TryFindApplication(host, path, out var application));
        Assert.Equal(name, application.Name);
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("a.b.c.example.com")]
    [InlineData("git.example.org")]
    [InlineData("git.example.com:443")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("[]")]
    public void Another_host_is_none(string host) => Assert.False(Snapshot().TryFindApplication(host, "/", out _));

    [Fact]
    public void Finding_an_application_allocates_nothing()
    {
        var snapshot = Snapshot();
        var allocated = Allocation.Of(() =>
        {
            snapshot.TryFindApplication("git.example.com", "/admin", out _);
            snapshot.TryFindApplication("SVN.example.com.", "/", out _);
            snapshot.TryFindApplication("unknown.example.org", "/", out _);
        });
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Every_index_finds_its_object()
    {
        var token = Sample.Token("ci");
        var group = Sample.Group("office", [new EveryoneRule()]);
        var application = Sample.Application("git", "git.example.com/x");
        var snapshot = Sample.Snapshot([token], [application], [group]);

        Assert.True(snapshot.TryGetToken(token.Id, out var foundToken) && foundToken == token);
        Assert.True(snapshot.TryGetTokenByName("ci", out foundToken) && foundToken == token);
        Assert.True(snapshot.TryGetTokenByClientId(token.ClientId, out foundToken) && foundToken == token);
        Assert.True(snapshot.TryGetGroup(group.Id, out var foundGroup) && foundGroup == group);
        Assert.True(snapshot.TryGetGroupByName("office", out foundGroup) && foundGroup == group);
        Assert.True(snapshot.TryGetApplication(application.Id, out var found) && found == application);
        Assert.True(snapshot.TryGetApplicationByName("git", out found) && found == application);
        Assert.True(snapshot.TryGetApplicationByAud(application.Aud, out found) && found == application);
        Assert.True(snapshot.TryGetApplicationByDomain("GIT.example.com/x/", out found) && found == application);
        Assert.False(snapshot.TryGetApplicationByDomain("git.example.com", out _));
        Assert.False(snapshot.TryGetApplicationByDomain("://", out _));
    }

    [Fact]
    public void Policies_stand_in_order_of_precedence()
    {
        var application = Sample.Application(
            "a",
            "a.example.com",
            Sample.Policy("second", PolicyAction.Block, [new EveryoneRule()], precedence: 9),
            Sample.Policy("first", PolicyAction.Bypass, [new EveryoneRule()], precedence: 3));
        var snapshot = Sample.Snapshot(applications: [application]);
        Assert.Equal(["first", "second"], snapshot.Applications[0].Policies.Select(policy => policy.Name));
    }

    private static FastProxy.Access.Stores.AccessSnapshot Snapshot() => Sample.Snapshot(applications:
    [
        Sample.Application("any label", "*.example.com"),
        Sample.Application("any label x", "*.example.com/x"),
        Sample.Application("git label", "git-*.example.com"),
        Sample.Application("two labels", "*.*.example.com"),
        Sample.Application("exact", "git.example.com"),
        Sample.Application("exact admin", "git.example.com/admin"),
        Sample.Application("only a path", "only.example.com/path"),
        Sample.Application("address", "[::1]"),
    ]);
}
