using System.Collections.Immutable;
using System.Net;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FsCheck;
using FsCheck.Fluent;

namespace FastProxy.Tests.Access;

/// <summary>What holds for all policies and all requests, checked against the formula as the specification writes it.</summary>
public sealed class PolicyPropertyTests
{
    private static readonly FastProxy.Access.Tokens.ServiceToken[] s_tokens = [Sample.Token("a"), Sample.Token("b"), Sample.Token("c")];

    private static readonly Gen<Rule> s_addressRule =
        Gen.Elements("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "192.0.2.0/24", "::/0", "2001:db8::/32", "0.0.0.0/0").Select(text => (Rule)Sample.Ip(text));

    private static readonly Gen<Rule> s_countryRule = Gen.Elements("PT", "ES", "RU").Select(text => PolicyText.Rule($"country:{text}"));

    private static readonly Gen<Rule> s_certificateRule = Gen.Elements("certificate", "cn:db1", "cn:db2").Select(PolicyText.Rule);

    private static readonly Gen<Rule> s_plainRule = Gen.OneOf(
        Gen.Constant<Rule>(new EveryoneRule()),
        Gen.Constant<Rule>(new AnyValidServiceTokenRule()),
        Gen.Elements(s_tokens).Select(token => (Rule)new ServiceTokenRule(token.Id)),
        s_addressRule,
        s_countryRule,
        s_certificateRule,
        Gen.Elements("ip-list:offices", "email-list:team").Select(PolicyText.Rule),
        Gen.Elements("email:ann@example.com", "email-domain:example.com", "login-method:ours", "amr:mfa", "claim:team:ops", "linked:app").Select(PolicyText.Rule));

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

    private static readonly Gen<IPAddress> s_address =
        Gen.Elements("10.1.2.3", "10.1.9.9", "10.200.0.1", "192.0.2.5", "::ffff:10.1.2.3", "2001:db8::1", "2001:db9::1").Select(IPAddress.Parse);

    // Whoever asks; for which application is filled in later.
    private static readonly Gen<AccessRequest> s_request =
        from token in Gen.Elements<FastProxy.Access.Tokens.ServiceToken?>([null, .. s_tokens])
        from address in Gen.Frequency((1, Gen.Constant<IPAddress?>(null)), (4, s_address.Select(address => (IPAddress?)address)))
        from facts in Gen.Elements("", "country=PT", "country=ES cn=db1", "cn=db2", "cn=db1 linked", "linked country=RU")
        from person in Gen.Elements("", "", "email=ann@example.com amr=mfa", "email=bob@example.com claim=team:ops", "email=eve@example.org")
        select PolicyText.Request(PolicyText.Linked, $"{facts} {person}") with { Token = token, Address = address };

    [Fact]
    public void A_decision_is_what_the_specification_says() => Holds(
        from policies in s_policy.ListOf()
        from request in s_request
        select (policies, request),
        one =>
        {
            var machine = one.request with { Identity = null };
            var first = one.policies.FirstOrDefault(policy => IsForMachines(policy) && Formula(policy, machine));
            if (first is null && one.request is { Token: null, Identity: not null })
            {
                first = one.policies.FirstOrDefault(policy => !IsForMachines(policy) && Formula(policy, one.request));
            }

            var decision = Decide([.. one.policies], one.request);
            return decision.Admitted == (first is not null && first.Action != PolicyAction.Block) && (!decision.Admitted || decision.Policy == first);
        });

    [Fact]
    public void What_no_policy_matches_is_refused() => Holds(
        from policies in s_policy.ListOf()
        from request in s_request
        select (policies, request),
        one => !Decide([.. one.policies.Where(policy => !Formula(policy, one.request) && !Formula(policy, one.request with { Identity = null }))], one.request).Admitted);

    [Fact]
    public void Without_a_sign_in_only_bypass_and_service_auth_admit() => Holds(
        from policies in s_policy.Where(policy => !IsForMachines(policy)).ListOf()
        from request in s_request
        select (policies, request),
        one => !Decide([.. one.policies], one.request with { Identity = null }).Admitted);

    [Fact]
    public void An_exclude_that_holds_wins_over_every_include_and_require() => Holds(
        from policy in s_policy
        from request in s_request
        from rule in s_rule
        from place in Gen.Choose(0, policy.Exclude.Length)
        select (policy, request, rule, place),
        one => Value(one.rule, one.request with { Identity = null }) == false
            || !Matches(one.policy with { Exclude = one.policy.Exclude.Insert(one.place, one.rule) }, one.request));

    [Fact]
    public void The_order_of_the_rules_in_a_list_does_not_matter() => Holds(
        from policy in s_policy
        from request in s_request
        from include in Gen.Shuffle(policy.Include.ToArray())
        from require in Gen.Shuffle(policy.Require.ToArray())
        from exclude in Gen.Shuffle(policy.Exclude.ToArray())
        select (policy, request, shuffled: policy with { Include = [.. include], Require = [.. require], Exclude = [.. exclude] }),
        one => Matches(one.policy, one.request) == Matches(one.shuffled, one.request));

    [Fact]
    public void An_unrelated_application_changes_no_decision() => Holds(
        from mine in s_policy.ListOf()
        from theirs in s_policy.ListOf()
        from request in s_request
        from domain in Gen.Elements("other.example.com", "*.example.org", "mine.example.com/elsewhere", "*.mine.example.com", "mine-*.example.com/x*")
        select (mine, theirs, request, domain),
        one =>
        {
            var application = Sample.Application("mine", "mine.example.com/here", [.. one.mine]);
            var other = Sample.Application("other", one.domain, [.. one.theirs]);
            return FindAndDecide(application) == FindAndDecide(application, other);

            Decision FindAndDecide(params FastProxy.Access.Applications.Application[] applications)
            {
                var snapshot = Sample.Snapshot(s_tokens, applications, s_groups, PolicyText.Lists);
                Assert.True(snapshot.TryFindApplication("mine.example.com", "/here/it/is", out var found));
                return PolicyEngine.Decide(snapshot, one.request with { Application = found });
            }
        });

    [Fact]
    public void An_address_that_is_not_known_is_in_no_include_and_in_every_exclude() =>
        NotKnown(s_addressRule, request => request with { Address = null });

    [Fact]
    public void A_country_that_is_not_known_is_in_no_include_and_in_every_exclude() =>
        NotKnown(s_countryRule, request => request with { Country = default });

    [Fact]
    public void A_certificate_that_is_not_known_is_in_no_include_and_in_every_exclude() =>
        NotKnown(s_certificateRule, request => request with { Certificate = null });

    [Fact]
    public void A_group_is_worth_what_its_rules_are_worth_in_its_place() => Holds(
        from include in List(s_rule, 1)
        from require in List(s_rule, 0)
        from exclude in List(s_rule, 0)
        from request in s_request
        select (include, require, exclude, request),
        one =>
        {
            var inner = Sample.Group("inner", one.include, one.require, one.exclude);
            var outer = Sample.Group("outer", [new GroupRule(inner.Id)]);
            var inlined = Sample.Policy("p", PolicyAction.ServiceAuth, one.include, one.require, one.exclude);
            var nested = Sample.Policy("p", PolicyAction.ServiceAuth, [new GroupRule(outer.Id)]);
            return Matches(inlined, one.request, inner, outer) == Matches(nested, one.request, inner, outer);
        });

    private static void NotKnown(Gen<Rule> ofItsKind, Func<AccessRequest, AccessRequest> hide) => Holds(
        from policy in s_policy
        from shown in s_request
        from rule in ofItsKind
        select (policy, shown, rule),
        one =>
        {
            var hidden = hide(one.shown);
            return !Matches(one.policy with { Include = [one.rule] }, hidden)
                && !Matches(one.policy with { Require = one.policy.Require.Add(one.rule) }, hidden)
                && !Matches(one.policy with { Exclude = one.policy.Exclude.Add(one.rule) }, hidden)

                // Whatever the rules: who hides it gets no more than by showing it.
                && (!Matches(one.policy, hidden) || Matches(one.policy, one.shown));
        });

    /// <summary>The formula as the specification writes it, with three values spelt out: what an implementation without cleverness says.</summary>
    private static bool Formula(Policy policy, AccessRequest request) => Value(policy.Include, policy.Require, policy.Exclude, request) == true;

    private static bool? Value(ImmutableArray<Rule> include, ImmutableArray<Rule> require, ImmutableArray<Rule> exclude, AccessRequest request)
    {
        bool? any = false;
        foreach (var rule in include)
        {
            any |= Value(rule, request);
        }

        foreach (var rule in require)
        {
            any &= Value(rule, request);
        }

        foreach (var rule in exclude)
        {
            any &= !Value(rule, request);
        }

        return any;
    }

    private static bool? Value(Rule rule, AccessRequest request) => rule switch
    {
        EveryoneRule => true,
        AnyValidServiceTokenRule => request.Token is not null,
        ServiceTokenRule { TokenId: var id } => request.Token?.Id == id,
        IpRule { Network: var network } => request.Address is { } address
            ? network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
            : null,
        IpListRule => request.Address is null ? null : PolicyText.Lists[0].Items.Any(item => Value(Sample.Ip(item.Value), request) == true),
        EmailListRule => request.Identity is { } person && PolicyText.Lists[1].Items.Any(item => string.Equals(item.Value, person.Email, StringComparison.OrdinalIgnoreCase)),
        GeoRule { Country: var country } => request.Country.IsKnown ? request.Country == country : null,
        CertificateRule => request.Certificate is not null ? true : null,
        CommonNameRule { CommonName: var name } => request.Certificate is { } certificate ? certificate.CommonName == name : null,
        LinkedAppTokenRule { ApplicationId: var id } => request.LinkedApplicationId == id,
        EmailRule { Email: var email } => request.Identity?.Email == email,
        EmailDomainRule { Domain: var domain } => request.Identity?.Email.EndsWith('@' + domain, StringComparison.Ordinal) == true,
        LoginMethodRule { ProviderId: var id } => request.Identity?.ProviderId == id,
        AuthMethodRule { Method: var method } => request.Identity?.AuthenticationMethods.Contains(method) == true,
        OidcRule { ClaimName: var name, ClaimValue: var value } => request.Identity?.Claims.Contains(new IdentityClaim(name, value)) == true,
        GroupRule { GroupId: var id } => s_groups.Single(group => group.Id == id) is var group
            ? Value(group.Include, group.Require, group.Exclude, request)
            : null,
        _ => throw new NotSupportedException(rule.Selector),
    };

    private static bool IsForMachines(Policy policy) => policy.Action is PolicyAction.Bypass or PolicyAction.ServiceAuth;

    private static void Holds<T>(Gen<T> cases, Func<T, bool> property) =>
        Check.One(Property.Config, Prop.ForAll(cases.ToArbitrary(), property));

    private static Gen<ImmutableArray<Rule>> List(Gen<Rule> rule, int atLeast) =>
        from count in Gen.Choose(atLeast, 3)
        from rules in rule.ArrayOf(count)
        select rules.ToImmutableArray();

    private static bool Matches(Policy policy, AccessRequest request, params Group[] more) =>
        Decide([policy with { Action = PolicyAction.ServiceAuth }], request, more).Admitted;

    private static Decision Decide(ImmutableArray<Policy> policies, AccessRequest request, params Group[] more)
    {
        var application = Sample.Application("a", "a.example.com", policies);
        var snapshot = Sample.Snapshot(s_tokens, [application], [.. s_groups, .. more], PolicyText.Lists);
        return PolicyEngine.Decide(snapshot, request with { Application = application });
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
