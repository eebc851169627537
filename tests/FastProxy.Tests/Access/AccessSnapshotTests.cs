using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FsCheck;
using FsCheck.Fluent;

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

    // Which of several applications that cover a request is meant, a row for each rule: domains, oldest first, separated by blanks.
    [Theory]
    [InlineData("a host written out comes before one with a star", "*.example.com a.example.com", "a.example.com", "/", "a.example.com")]
    [InlineData("… whatever their paths", "*.example.com/long/path a.example.com", "a.example.com", "/long/path", "a.example.com")]
    [InlineData("… if its path covers the request", "*.example.com a.example.com/x", "a.example.com", "/y", "*.example.com")]
    [InlineData("of two stars the one with more beside it", "*.example.com a-*.example.com", "a-1.example.com", "/", "a-*.example.com")]
    [InlineData("… on either side", "a*.example.com *-bc.example.com", "a1-bc.example.com", "/", "*-bc.example.com")]
    [InlineData("… of equally much the one that begins longer", "*aa.example.com a*a.example.com aa*.example.com", "aaaaa.example.com", "/", "aa*.example.com")]
    [InlineData("the last labels count first", "a.*.example.com *.b.example.com", "a.b.example.com", "/", "*.b.example.com")]
    [InlineData("a way that leads nowhere is gone back", "a.*.example.com *.b.example.com/x", "a.b.example.com", "/", "a.*.example.com")]
    [InlineData("the longer path wins", "h.example/a h.example h.example/a/b", "h.example", "/a/b/c", "h.example/a/b")]
    [InlineData("… and nothing is inherited from the shorter", "h.example h.example/a", "h.example", "/a", "h.example/a")]
    [InlineData("… whole segments only", "h.example/a h.example/ab h.example", "h.example", "/abc", "h.example")]
    [InlineData("a star counts for nothing", "h.example/a*/z h.example/abc", "h.example", "/abc/z", "h.example/abc")]
    [InlineData("… but what is written around it does", "h.example/a h.example/a*/long", "h.example", "/a/b/long", "h.example/a*/long")]
    [InlineData("of equally long paths the one without a star", "h.example/a* h.example/a/ h.example/*a", "h.example", "/a", "h.example/a")]
    [InlineData("a trailing star does not cover the parent", "h.example/a/* h.example", "h.example", "/a", "h.example")]
    [InlineData("the root covers everything", "h.example/*", "h.example", "/any/thing", "h.example")]
    public void Precedence(string rule, string domains, string host, string path, string expected)
    {
        var snapshot = Sample.Snapshot(applications: domains.Split(' ').Select((domain, i) =>
            Sample.Application($"{i}", domain) with { CreatedAt = Sample.Now.AddSeconds(i) }));
        Assert.True(snapshot.TryFindApplication(host, path, out var application), rule);
        Assert.Equal(expected, application.Domains[0].ToString());
    }

    [Fact]
    public void The_index_finds_what_looking_at_every_domain_finds()
    {
        var label = Gen.Elements("a", "b", "ab", "*", "a*", "*b");
        var host = from count in Gen.Choose(1, 3) from labels in label.ArrayOf(count) select string.Join('.', labels);
        var segment = Gen.Elements("x", "y", "xy", "*", "x*", "*y");
        var path = from count in Gen.Choose(0, 3) from segments in segment.ArrayOf(count) select string.Concat(segments.Select(s => "/" + s));
        var domain = from h in host from p in path select Sample.Domain(h + p);
        var cases =
            from domains in domain.ListOf(20)
            from asked in host.Select(text => text.Replace('*', 'a'))
            from at in path.Select(text => text.Length == 0 ? "/" : text.Replace('*', 'y'))
            select (domains, asked, at);
        Check.One(Property.Config.WithMaxTest(2000), Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var snapshot = Sample.Snapshot(applications: one.domains.Distinct().Select((d, i) =>
                Sample.Application($"{i}", d.ToString()) with { CreatedAt = Sample.Now.AddSeconds(i) }));
            var expected = snapshot.Applications
                .Where(application => application.Domains[0].Covers(one.asked, one.at))
                .OrderBy(application => application, Comparer<Application>.Create((a, b) => Compare(a.Domains[0], b.Domains[0])))
                .FirstOrDefault();
            return (snapshot.TryFindApplication(one.asked, one.at, out var found) ? found : null) == expected;
        }));
    }

    // The more specific first, as the documentation says it.
    private static int Compare(ApplicationDomain a, ApplicationDomain b)
    {
        if (a.HasWildcardHost != b.HasWildcardHost)
        {
            return a.HasWildcardHost ? 1 : -1;
        }

        foreach (var (one, other) in a.Host.Split('.').Reverse().Zip(b.Host.Split('.').Reverse()))
        {
            var byLabel = Rank(other).CompareTo(Rank(one));
            if (byLabel != 0)
            {
                return byLabel;
            }
        }

        return (Stars(a.Path) - a.Path.Length, Stars(a.Path)).CompareTo((Stars(b.Path) - b.Path.Length, Stars(b.Path)));

        static int Stars(string text) => text.Count(c => c == '*');
        static (bool, int, int) Rank(string label) => (Stars(label) == 0, label.Length, label.IndexOf('*', StringComparison.Ordinal));
    }

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
