using System.Collections.Immutable;
using System.Net;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;
using FsCheck;
using FsCheck.Fluent;

namespace FastProxy.Tests.Access;

public sealed class PolicyPropertyTests
{
    private static readonly ServiceToken[] s_tokens = [Sample.Token("a"), Sample.Token("b"), Sample.Token("c")];

    private static readonly Gen<Rule> s_plainRule = Gen.OneOf(
        Gen.Constant<Rule>(new EveryoneRule()),
        Gen.Constant<Rule>(new AnyValidServiceTokenRule()),
        Gen.Elements(s_tokens).Select(token => (Rule)new ServiceTokenRule(token.Id)),
        Gen.Elements("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "192.0.2.0/24", "::/0", "2001:db8::/32", "0.0.0.0/0").Select(text => (Rule)Sample.Ip(text)));

    // Groups stand in a fixed order, each naming earlier ones only: no cycle.
    private static readonly Group[] s_groups = BuildGroups();

    private static readonly Gen<Rule> s_rule = Gen.Frequency(
        (4, s_plainRule),
        (1, Gen.Elements(s_groups).Select(group => (Rule)new GroupRule(group.Id))));

    private static readonly Gen<Policy> s_policy =
        from action in Gen.Elements(Enum.GetValues<PolicyAction>())
        from include in List(s_rule, 1)
        from require in List(s_rule, 0)
        from exclude in List(s_rule, 0)
        select Sample.Policy($"{Guid.NewGuid():N}", action, include, require, exclude);

    private static readonly Gen<(ServiceToken? Token, IPAddress? Address)> s_caller =
        from token in Gen.Elements<ServiceToken?>([null, .. s_tokens])
        from address in Gen.Elements<string?>(null, "10.1.2.3", "10.1.9.9", "10.200.0.1", "192.0.2.5", "::ffff:10.1.2.3", "2001:db8::1", "2001:db9::1")
        select (token, address is null ? null : IPAddress.Parse(address));

    [Fact]
    public void What_is_admitted_matches_an_admitting_policy_by_the_plain_formula() => Holds(
        from policies in s_policy.ListOf()
        from caller in s_caller
        select (policies, caller),
        one =>
        {
            var decision = Decide([.. one.policies], one.caller);
            var first = one.policies.FirstOrDefault(policy =>
                policy.Action is PolicyAction.Bypass or PolicyAction.ServiceAuth && Formula(policy, one.caller));
            return decision.Admitted == first is not null && (!decision.Admitted || decision.Policy == first);
        });

    [Fact]
    public void Without_a_bypass_or_service_auth_policy_nobody_gets_in() => Holds(
        from policies in s_policy.Where(policy => policy.Action is PolicyAction.Allow or PolicyAction.Block).ListOf()
        from caller in s_caller
        select (policies, caller),
        one => !Decide([.. one.policies], one.caller).Admitted);

    [Fact]
    public void An_exclude_that_holds_wins_over_every_include_and_require() => Holds(
        from policy in s_policy
        from caller in s_caller
        select (policy, caller),
        one => !Matches(one.policy with { Exclude = one.policy.Exclude.Add(new EveryoneRule()) }, one.caller));

    [Fact]
    public void The_order_of_the_rules_in_a_list_does_not_matter() => Holds(
        from policy in s_policy
        from caller in s_caller
        from include in Gen.Shuffle(policy.Include.ToArray())
        from require in Gen.Shuffle(policy.Require.ToArray())
        from exclude in Gen.Shuffle(policy.Exclude.ToArray())
        select (policy, caller, shuffled: policy with { Include = [.. include], Require = [.. require], Exclude = [.. exclude] }),
        one => Matches(one.policy, one.caller) == Matches(one.shuffled, one.caller));

    [Fact]
    public void An_unrelated_application_changes_no_decision() => Holds(
        from mine in s_policy.ListOf()
        from theirs in s_policy.ListOf()
        from caller in s_caller
        select (mine, theirs, caller),
        one =>
        {
            var application = Sample.Application("mine", "mine.example.com", [.. one.mine]);
            var other = Sample.Application("other", "other.example.com", [.. one.theirs]);
            var request = new AccessRequest(application, one.caller.Token, one.caller.Address);
            return PolicyEngine.Decide(Sample.Snapshot(s_tokens, [application], s_groups), request)
                == PolicyEngine.Decide(Sample.Snapshot(s_tokens, [application, other], s_groups), request);
        });

    [Fact]
    public void An_address_that_is_not_known_is_in_no_include_and_in_every_exclude() => Holds(
        from policy in s_policy
        from token in Gen.Elements<ServiceToken?>([null, .. s_tokens])
        from address in Gen.Elements("10.1.2.3", "192.0.2.5", "2001:db8::1").Select(IPAddress.Parse)
        from ip in Gen.Elements("0.0.0.0/0", "::/0", "10.0.0.0/8").Select(Sample.Ip)
        select (policy, token, address, ip),
        one =>
            !Matches(one.policy with { Include = [one.ip] }, (one.token, null))
            && !Matches(one.policy with { Exclude = one.policy.Exclude.Add(one.ip) }, (one.token, null))

            // Whatever the rules: who hides the address gets no more than with some address.
            && (!Matches(one.policy, (one.token, null)) || Matches(one.policy, (one.token, one.address))));

    [Fact]
    public void A_group_is_worth_what_its_rules_are_worth_in_its_place() => Holds(
        from include in List(s_rule, 1)
        from require in List(s_rule, 0)
        from exclude in List(s_rule, 0)
        from caller in s_caller
        select (include, require, exclude, caller),
        one =>
        {
            var inner = Sample.Group("inner", one.include, one.require, one.exclude);
            var outer = Sample.Group("outer", [new GroupRule(inner.Id)]);
            var inlined = Sample.Policy("p", PolicyAction.ServiceAuth, one.include, one.require, one.exclude);
            var nested = Sample.Policy("p", PolicyAction.ServiceAuth, [new GroupRule(outer.Id)]);
            return Matches(inlined, one.caller, inner, outer) == Matches(nested, one.caller, inner, outer);
        });

    [Fact]
    public void Nobody_without_a_token_gets_in_where_that_was_said_to_be_impossible() => Holds(
        from policies in s_policy.ListOf()
        from caller in s_caller
        select (policies, caller),
        one =>
        {
            var application = Sample.Application("a", "a.example.com", [.. one.policies]);
            var snapshot = Sample.Snapshot(s_tokens, [application], s_groups);
            return PolicyEngine.CouldAdmitWithoutCredential(snapshot, application)
                || !PolicyEngine.Decide(snapshot, new AccessRequest(application, null, one.caller.Address)).Admitted;
        });

    /// <summary>The formula as the specification writes it, with three values spelt out: what an implementation without cleverness says.</summary>
    private static bool Formula(Policy policy, (ServiceToken? Token, IPAddress? Address) caller) =>
        Value(policy.Include, policy.Require, policy.Exclude, caller) == true;

    private static bool? Value(
        ImmutableArray<Rule> include,
        ImmutableArray<Rule> require,
        ImmutableArray<Rule> exclude,
        (ServiceToken? Token, IPAddress? Address) caller)
    {
        bool? any = false;
        foreach (var rule in include)
        {
            any |= Value(rule, caller);
        }

        foreach (var rule in require)
        {
            any &= Value(rule, caller);
        }

        foreach (var rule in exclude)
        {
            any &= !Value(rule, caller);
        }

        return any;
    }

    private static bool? Value(Rule rule, (ServiceToken? Token, IPAddress? Address) caller) => rule switch
    {
        EveryoneRule => true,
        AnyValidServiceTokenRule => caller.Token is not null,
        ServiceTokenRule { TokenId: var id } => caller.Token?.Id == id,
        IpRule { Network: var network } => caller.Address is { } address
            ? network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
            : null,
        GroupRule { GroupId: var id } => s_groups.Single(group => group.Id == id) is var group
            ? Value(group.Include, group.Require, group.Exclude, caller)
            : null,
        _ => null,
    };

    private static void Holds<T>(Gen<T> cases, Func<T, bool> property) =>
        Check.One(Property.Config, Prop.ForAll(cases.ToArbitrary(), property));

    private static Gen<ImmutableArray<Rule>> List(Gen<Rule> rule, int atLeast) =>
        from count in Gen.Choose(atLeast, 3)
        from rules in rule.ArrayOf(count)
        select rules.ToImmutableArray();

    private static bool Matches(Policy policy, (ServiceToken? Token, IPAddress? Address) caller, params Group[] more) =>
        Decide([policy with { Action = PolicyAction.ServiceAuth }], caller, more).Admitted;

    private static Decision Decide(ImmutableArray<Policy> policies, (ServiceToken? Token, IPAddress? Address) caller, params Group[] more)
    {
        var application = Sample.Application("a", "a.example.com", policies);
        AccessSnapshot snapshot = Sample.Snapshot(s_tokens, [application], [.. s_groups, .. more]);
        return PolicyEngine.Decide(snapshot, new AccessRequest(application, caller.Token, caller.Address));
    }

    private static Group[] BuildGroups()
    {
        var groups = new List<Group>();
        var random = new Random(1);
        for (var i = 0; i < 6; i++)
        {
            groups.Add(Sample.Group($"g{i}", Some(1), Some(0), Some(0)));
        }

        return [.. groups];

        ImmutableArray<Rule> Some(int atLeast) =>
        [
            .. Enumerable.Range(0, random.Next(atLeast, 3)).Select(_ => groups.Count > 0 && random.Next(3) == 0
                ? new GroupRule(groups[random.Next(groups.Count)].Id)
                : s_plainRule.Sample(1, 10).First()),
        ];
    }
}
