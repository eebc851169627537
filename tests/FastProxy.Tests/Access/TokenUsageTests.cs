using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Access;

public sealed class TokenUsageTests
{
    private static readonly ServiceToken s_token = Sample.Token("ci");

    [Fact]
    public void A_token_is_found_by_name_through_groups_of_groups_and_as_any_valid_one()
    {
        var inner = Sample.Group("inner", [new ServiceTokenRule(s_token.Id)]);
        var outer = Sample.Group("outer", [new GroupRule(inner.Id)]);
        var stranger = Sample.Group("stranger", [new EveryoneRule()]);
        var usage = Of(
            [
                Sample.Application("by-name", "a.example.com", Sample.Policy("p", PolicyAction.ServiceAuth, [new ServiceTokenRule(s_token.Id)], precedence: 1)),
                Sample.Application("by-group", "b.example.com", Sample.Policy("p", PolicyAction.ServiceAuth, [new GroupRule(outer.Id)], precedence: 1)),
                Sample.Application("any", "c.example.com", Sample.Policy("p", PolicyAction.ServiceAuth, [new AnyValidServiceTokenRule()], precedence: 1)),
                Sample.Application("other", "d.example.com", Sample.Policy("p", PolicyAction.ServiceAuth, [new ServiceTokenRule(Guid.NewGuid()), new GroupRule(stranger.Id)], precedence: 1)),
            ],
            [inner, outer, stranger]);

        Assert.Equal(
            [("any", "any_valid_service_token"), ("by-group", "group 'outer'"), ("by-name", "service_token")],
            usage.Applications.Select(item => (item.Application.Name, Assert.Single(Assert.Single(item.Policies).Through))).Order());
        Assert.All(usage.Applications, item => Assert.True(item.Policies[0].Admits));
        Assert.Equal([("inner", "service_token"), ("outer", "group 'inner'")], usage.Groups.Select(item => (item.Group.Name, Assert.Single(item.Through))).Order());
    }

    [Fact]
    public void A_policy_that_asks_no_sign_in_and_does_not_certainly_refuse_it_may_admit_it()
    {
        ServiceTokenRule rule = new(s_token.Id);
        ServiceTokenRule another = new(Guid.NewGuid());
        var without = Sample.Group("all without it", [new EveryoneRule()], exclude: [rule]);
        var usage = Of([
            Sample.Application(
                "a",
                "a.example.com",
                Sample.Policy("admits", PolicyAction.ServiceAuth, [rule], [Sample.Ip("10.0.0.0/8")], precedence: 1),
                Sample.Policy("excludes", PolicyAction.ServiceAuth, [new EveryoneRule(), rule], exclude: [rule], precedence: 2),
                Sample.Policy("requires", PolicyAction.ServiceAuth, [Sample.Ip("10.0.0.0/8")], [rule], precedence: 3),
                Sample.Policy("blocks", PolicyAction.Block, [rule], precedence: 4),
                Sample.Policy("is for people", PolicyAction.Allow, [rule], precedence: 5),
                Sample.Policy("is about another", PolicyAction.ServiceAuth, [new EveryoneRule()], precedence: 6),
                Sample.Policy("excludes all without it", PolicyAction.ServiceAuth, [new EveryoneRule()], exclude: [new GroupRule(without.Id)], precedence: 7),
                Sample.Policy("includes all without it", PolicyAction.ServiceAuth, [new GroupRule(without.Id)], precedence: 8),
                Sample.Policy("requires another", PolicyAction.ServiceAuth, [rule], [another], precedence: 9),
                Sample.Policy("asks for a person", PolicyAction.ServiceAuth, [rule], [new EmailRule("a@example.com")], precedence: 10),
                Sample.Policy("asks for a certificate", PolicyAction.ServiceAuth, [new AnyValidServiceTokenRule()], [new CertificateRule()], precedence: 11),
                Sample.Policy("bypasses", PolicyAction.Bypass, [rule], precedence: 12)),
        ], [without]);

        var policies = Assert.Single(usage.Applications).Policies;
        Assert.Equal(
            [
                "admits", "excludes", "requires", "blocks", "is for people", "excludes all without it", "includes all without it",
                "requires another", "asks for a person", "asks for a certificate", "bypasses",
            ],
            policies.Select(item => item.Policy.Name));
        Assert.Equal(
            ["admits", "requires", "excludes all without it", "asks for a certificate", "bypasses"],
            policies.Where(item => item.Admits).Select(item => item.Policy.Name));
    }

    [Fact]
    public void A_canary_is_admitted_by_none()
    {
        var bait = Sample.Token("bait") with { IsCanary = true };
        var application = Sample.Application("a", "a.example.com", Sample.Policy("p", PolicyAction.ServiceAuth, [new ServiceTokenRule(bait.Id)], precedence: 1));
        var usage = TokenUsage.Of(AccessSnapshot.Create(1, new AccessContent { Tokens = [bait], Applications = [application] }), bait.Id);
        Assert.False(Assert.Single(Assert.Single(usage.Applications).Policies).Admits);
    }

    [Fact]
    public void A_reusable_policy_is_named_where_it_is_used_or_else_by_itself()
    {
        var used = Sample.Policy("used", PolicyAction.ServiceAuth, [new ServiceTokenRule(s_token.Id)]) with { IsReusable = true };
        var unused = Sample.Policy("unused", PolicyAction.ServiceAuth, [new ServiceTokenRule(s_token.Id)]) with { IsReusable = true };
        var usage = TokenUsage.Of(
            AccessSnapshot.Create(1, new AccessContent
            {
                Tokens = [s_token],
                Applications = [Sample.Application("a", "a.example.com", used with { Precedence = 1 })],
                ReusablePolicies = [used, unused],
            }),
            s_token.Id);

        Assert.Equal("used", Assert.Single(Assert.Single(usage.Applications).Policies).Policy.Name);
        Assert.Equal("unused", Assert.Single(usage.UnusedPolicies).Policy.Name);
    }

    private static TokenUsage Of(IEnumerable<FastProxy.Access.Applications.Application> applications, IEnumerable<Group>? groups = null) =>
        TokenUsage.Of(Sample.Snapshot([s_token], applications, groups), s_token.Id);
}
