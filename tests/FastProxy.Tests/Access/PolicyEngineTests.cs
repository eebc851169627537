using System.Collections.Immutable;
using System.Net;
using FastProxy.Access.Applications;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Access;

public sealed class PolicyEngineTests
{
    private static readonly ServiceToken s_mine = Sample.Token("mine");
    private static readonly ServiceToken s_other = Sample.Token("other");
    private static readonly Group s_office = Sample.Group("office", [Sample.Ip("10.0.0.0/8")], exclude: [Sample.Ip("10.9.9.9")]);
    private static readonly Group s_nested = Sample.Group("nested", [new GroupRule(s_office.Id)]);

    // Rules by a letter each, so that a row can be read.
    private static readonly Dictionary<char, Rule> s_rules = new()
    {
        ['E'] = new EveryoneRule(),
        ['T'] = new ServiceTokenRule(s_mine.Id),
        ['A'] = new AnyValidServiceTokenRule(),
        ['4'] = Sample.Ip("10.0.0.0/8"),
        ['6'] = Sample.Ip("2001:db8::/32"),
        ['0'] = Sample.Ip("0.0.0.0/0"),
        [':'] = Sample.Ip("::/0"),
        ['G'] = new GroupRule(s_office.Id),
        ['N'] = new GroupRule(s_nested.Id),
        ['?'] = new GroupRule(Guid.NewGuid()),
    };

    // matched = any(include) and all(require) and none(exclude). "-" is no token, an empty address is one that is not known.
    [Theory]
    [InlineData("E", "", "", "-", "", true)]
    [InlineData("T", "", "", "mine", "", true)]
    [InlineData("T", "", "", "other", "", false)]
    [InlineData("T", "", "", "-", "", false)]
    [InlineData("A", "", "", "other", "", true)]
    [InlineData("A", "", "", "-", "", false)]
    [InlineData("4", "", "", "-", "10.255.0.1", true)]
    [InlineData("4", "", "", "-", "11.0.0.1", false)]
    [InlineData("4", "", "", "-", "::ffff:10.1.1.1", true)]
    [InlineData("4", "", "", "-", "2001:db8::1", false)]
    [InlineData("6", "", "", "-", "2001:db8:ffff::1", true)]
    [InlineData("6", "", "", "-", "2001:db9::1", false)]
    [InlineData("0", "", "", "-", "203.0.113.9", true)]
    [InlineData("0", "", "", "-", "2001:db8::1", false)]
    [InlineData(":", "", "", "-", "2001:db8::1", true)]
    [InlineData(":", "", "", "-", "::ffff:10.1.1.1", false)]
    [InlineData("4T", "", "", "mine", "11.0.0.1", true)]
    [InlineData("4T", "", "", "other", "11.0.0.1", false)]
    [InlineData("E", "T4", "", "mine", "10.0.0.1", true)]
    [InlineData("E", "T4", "", "mine", "11.0.0.1", false)]
    [InlineData("E", "T4", "", "other", "10.0.0.1", false)]
    [InlineData("E", "46", "", "mine", "10.0.0.1", false)]
    [InlineData("A", "", "T", "mine", "", false)]
    [InlineData("A", "", "T", "other", "", true)]
    [InlineData("E", "E", "E", "mine", "10.0.0.1", false)]
    [InlineData("A", "", "4", "mine", "10.0.0.1", false)]
    [InlineData("A", "", "4", "mine", "11.0.0.1", true)]
    [InlineData("0", "", "", "mine", "", false)]
    [InlineData("A", "0", "", "mine", "", false)]
    [InlineData("A", "", "4", "mine", "", false)]
    [InlineData("G", "", "", "-", "10.0.0.1", true)]
    [InlineData("G", "", "", "-", "10.9.9.9", false)]
    [InlineData("G", "", "", "-", "11.0.0.1", false)]
    [InlineData("N", "", "", "-", "10.0.0.1", true)]
    [InlineData("N", "", "", "-", "10.9.9.9", false)]
    [InlineData("E", "N", "", "-", "10.0.0.1", true)]
    [InlineData("E", "", "N", "-", "10.0.0.1", false)]
    [InlineData("E", "", "N", "-", "10.9.9.9", true)]
    [InlineData("G", "", "", "-", "", false)]
    [InlineData("E", "", "G", "-", "", false)]
    [InlineData("?", "", "", "mine", "10.0.0.1", false)]
    [InlineData("E", "", "?", "mine", "10.0.0.1", false)]
    public void A_policy_matches_by_its_formula(string include, string require, string exclude, string token, string address, bool matches)
    {
        var policy = Sample.Policy("p", PolicyAction.ServiceAuth, Rules(include), Rules(require), Rules(exclude));
        var decision = Decide(Token(token), address, policy);
        Assert.Equal(matches, decision.Admitted);
        Assert.Equal(matches ? policy : null, decision.Policy);
    }

    // Policies in listed order: L(allow), B(lock), Y(bypass), S(ervice auth), each with the rules after it.
    [Theory]
    [InlineData("", "mine", DecisionReason.ApplicationHasNoPolicies, null)]
    [InlineData("SE", "-", DecisionReason.Admitted, 0)]
    [InlineData("YE", "-", DecisionReason.Admitted, 0)]
    [InlineData("ST", "other", DecisionReason.NoPolicyMatched, null)]
    [InlineData("ST", "-", DecisionReason.CredentialRequired, null)]
    [InlineData("SA", "-", DecisionReason.CredentialRequired, null)]
    [InlineData("S4", "-", DecisionReason.NoPolicyMatched, null)]
    [InlineData("LE", "mine", DecisionReason.IdentityRequired, 0)]
    [InlineData("LE", "-", DecisionReason.IdentityRequired, 0)]
    [InlineData("LE ST", "-", DecisionReason.CredentialRequired, null)]
    [InlineData("L4", "mine", DecisionReason.NoPolicyMatched, null)]
    [InlineData("BE", "mine", DecisionReason.Blocked, 0)]
    [InlineData("BE ST", "mine", DecisionReason.Admitted, 1)]
    [InlineData("BE ST", "other", DecisionReason.Blocked, 0)]
    [InlineData("BE ST", "-", DecisionReason.Blocked, 0)]
    [InlineData("LE BE", "mine", DecisionReason.Blocked, 1)]
    [InlineData("LE BT", "other", DecisionReason.IdentityRequired, 0)]
    [InlineData("LE BE ST YE LE", "mine", DecisionReason.Admitted, 2)]
    [InlineData("LE BE ST YE LE", "other", DecisionReason.Admitted, 3)]
    [InlineData("YE ST", "mine", DecisionReason.Admitted, 0)]
    public void Policies_are_asked_in_their_order(string policies, string token, DecisionReason reason, int? decider)
    {
        var built = policies.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((text, i) => Sample.Policy(
            $"p{i}",
            text[0] switch
            {
                'L' => PolicyAction.Allow,
                'B' => PolicyAction.Block,
                'Y' => PolicyAction.Bypass,
                _ => PolicyAction.ServiceAuth,
            },
            Rules(text[1..]))).ToArray();
        var decision = Decide(Token(token), "192.0.2.1", [.. built]);
        Assert.Equal(reason, decision.Reason);
        Assert.Equal(reason == DecisionReason.Admitted, decision.Admitted);
        Assert.Equal(decider is { } index ? built[index] : null, decision.Policy);
    }

    [Fact]
    public void A_cycle_of_groups_that_got_past_the_store_ends_and_admits_nobody()
    {
        var id = Guid.NewGuid();
        var loop = Sample.Group("loop", [new GroupRule(id)]) with { Id = id };
        var application = Sample.Application(
            "a",
            "a.example.com",
            Sample.Policy("in", PolicyAction.ServiceAuth, [new GroupRule(id)]),
            Sample.Policy("out", PolicyAction.ServiceAuth, [new EveryoneRule()], exclude: [new GroupRule(id)]));
        var snapshot = Sample.Snapshot([s_mine], [application], [loop]);
        Assert.False(PolicyEngine.Decide(snapshot, new AccessRequest(application, s_mine, IPAddress.Loopback)).Admitted);
    }

    [Theory]
    [InlineData(null, null, 24)]
    [InlineData(null, 8, 8)]
    [InlineData(2, 8, 2)]
    [InlineData(2, null, 2)]
    [InlineData(0, 8, 0)]
    public void A_session_lasts_as_the_policy_says_else_the_application_else_a_day(int? policy, int? application, int hours)
    {
        static TimeSpan? Hours(int? count) => count is { } number ? TimeSpan.FromHours(number) : null;
        var admits = Sample.Policy("p", PolicyAction.ServiceAuth, [new EveryoneRule()]) with { SessionDuration = Hours(policy) };
        var app = Sample.Application("a", "a.example.com", admits) with { SessionDuration = Hours(application) };
        Assert.Equal(TimeSpan.FromHours(hours), app.SessionDurationUnder(admits));
    }

    [Fact]
    public void The_default_decision_refuses() => Assert.False(default(Decision).Admitted);

    [Fact]
    public void Deciding_allocates_nothing()
    {
        var application = Sample.Application(
            "a",
            "a.example.com",
            Sample.Policy("p", PolicyAction.Block, [new EveryoneRule()], exclude: [s_rules['N'], s_rules['6']]),
            Sample.Policy("q", PolicyAction.Allow, [new EveryoneRule()]),
            Sample.Policy("r", PolicyAction.ServiceAuth, [s_rules['T'], s_rules['N']], [s_rules['A'], s_rules['0']], [s_rules['G']]),
            Sample.Policy("s", PolicyAction.Allow, [.. new[] { "country:PT", "cn:x", "email:a@b", "email-domain:c", "amr:mfa", "claim:a:b", "linked:app" }.Select(PolicyText.Rule)]));
        var snapshot = Snapshot(application);
        var mapped = IPAddress.Parse("::ffff:10.9.9.9");
        var person = PolicyText.Request(application, "email=x@y country=ES cn=y claim=a:c amr=pwd ip=192.0.2.1");
        var admitted = 0;
        var allocated = Allocation.Of(() =>
        {
            admitted += PolicyEngine.Decide(snapshot, new AccessRequest(application, s_mine, mapped)).Admitted ? 1 : 0;
            admitted += PolicyEngine.Decide(snapshot, new AccessRequest(application, null, null)).Admitted ? 1 : 0;
            admitted += PolicyEngine.Decide(snapshot, person).Admitted ? 1 : 0;
        });
        Assert.Equal(0, allocated);
        Assert.Equal(200, admitted);
    }

    private static ImmutableArray<Rule> Rules(string letters) => [.. letters.Select(letter => s_rules[letter])];

    private static ServiceToken? Token(string name) => name switch { "mine" => s_mine, "other" => s_other, _ => null };

    private static Decision Decide(ServiceToken? token, string address, params ImmutableArray<Policy> policies)
    {
        var application = Sample.Application("a", "a.example.com", policies);
        return PolicyEngine.Decide(
            Snapshot(application),
            new AccessRequest(application, token, address.Length == 0 ? null : IPAddress.Parse(address)));
    }

    private static AccessSnapshot Snapshot(Application application) =>
        Sample.Snapshot([s_mine, s_other], [application], [s_office, s_nested]);
}
