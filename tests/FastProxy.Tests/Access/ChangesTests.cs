using FastProxy.Access.Applications;
using FastProxy.Access.Changes;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;

namespace FastProxy.Tests.Access;

public sealed class ChangesTests
{
    private static readonly ServiceToken s_token = Sample.Token("ci");
    private static readonly Group s_group = Sample.Group("office", [new EveryoneRule()]);
    private static readonly Policy s_policy = Sample.Policy("p", PolicyAction.ServiceAuth, [new ServiceTokenRule(s_token.Id)], precedence: 1);
    private static readonly Application s_application = Sample.Application("git", "git.example.com", s_policy);
    private static readonly AccessSnapshot s_snapshot = Sample.Snapshot([s_token], [s_application], [s_group]);

    [Fact]
    public void A_change_leaves_the_snapshot_it_came_from_alone()
    {
        var change = TokenChanges.Create(s_snapshot, Sample.Token("new"));
        Assert.Equal(s_snapshot.Version + 1, change.Next!.Version);
        Assert.Equal(2, change.Next.Tokens.Length);
        Assert.Single(s_snapshot.Tokens);
    }

    [Fact]
    public void Names_client_ids_and_domains_are_unique()
    {
        Refused(MutationStatus.Conflict, TokenChanges.Create(s_snapshot, Sample.Token("ci")), "'ci'");
        Refused(MutationStatus.Conflict, TokenChanges.Create(s_snapshot, s_token with { Name = "x" }), "id exists");
        Refused(MutationStatus.Conflict, TokenChanges.Create(s_snapshot, Sample.Token("x") with { ClientId = s_token.ClientId }), s_token.ClientId);
        Refused(MutationStatus.Conflict, GroupChanges.Create(s_snapshot, Sample.Group("office", [new EveryoneRule()])), "'office'");
        Refused(MutationStatus.Conflict, ApplicationChanges.Create(s_snapshot, Sample.Application("git", "x.example.com")), "'git'");
        Refused(MutationStatus.Conflict, ApplicationChanges.Create(s_snapshot, Sample.Application("x", "GIT.example.com/*")), "'git'");
        Refused(MutationStatus.Conflict, PolicyChanges.Add(s_snapshot, s_application.Id, s_policy with { Id = Guid.NewGuid(), Precedence = 2 }), "'p'");
        Assert.True(TokenChanges.Update(s_snapshot, s_token.Id, token => token, Sample.Now).Result.IsOk);
        Assert.True(ApplicationChanges.Update(s_snapshot, s_application.Id, application => application, Sample.Now).Result.IsOk);
    }

    [Fact]
    public void What_is_not_there_is_not_found()
    {
        var id = Guid.NewGuid();
        Refused(MutationStatus.NotFound, TokenChanges.Update(s_snapshot, id, token => token, Sample.Now), "service token");
        Refused(MutationStatus.NotFound, TokenChanges.Delete(s_snapshot, id), "service token");
        Refused(MutationStatus.NotFound, GroupChanges.Update(s_snapshot, id, group => group, Sample.Now), "group");
        Refused(MutationStatus.NotFound, GroupChanges.Delete(s_snapshot, id), "group");
        Refused(MutationStatus.NotFound, ApplicationChanges.Update(s_snapshot, id, application => application, Sample.Now), "application");
        Refused(MutationStatus.NotFound, ApplicationChanges.Delete(s_snapshot, id), "application");
        Refused(MutationStatus.NotFound, PolicyChanges.Add(s_snapshot, id, s_policy), "application");
        Refused(MutationStatus.NotFound, PolicyChanges.Update(s_snapshot, s_application.Id, id, policy => policy, Sample.Now), "policy");
        Refused(MutationStatus.NotFound, PolicyChanges.Remove(s_snapshot, s_application.Id, id), "policy");
    }

    [Theory]
    [InlineData(PolicyAction.Bypass, "email:ann@example.com", "asks nobody to sign in")]
    [InlineData(PolicyAction.Bypass, "claim:team:ops", "asks nobody to sign in")]
    [InlineData(PolicyAction.Bypass, "country:PT", null)]
    [InlineData(PolicyAction.Allow, "email:ann@example.com", null)]
    [InlineData(PolicyAction.ServiceAuth, "email:ann@example.com", null)]
    [InlineData(PolicyAction.ServiceAuth, "linked:app", null)]
    [InlineData(PolicyAction.Allow, "linked:app", "Service Auth only")]
    [InlineData(PolicyAction.ServiceAuth, "linked:another", "no application with the id")]
    public void A_policy_takes_the_rules_that_mean_something_under_its_action(PolicyAction action, string rule, string? problem)
    {
        var snapshot = Sample.Snapshot(applications: [s_application with { Policies = [] }, PolicyText.Linked]);
        var change = PolicyChanges.Add(snapshot, s_application.Id, Sample.Policy("new", action, [new EveryoneRule()], exclude: [PolicyText.Rule(rule)]));
        Assert.Equal(problem is null, change.Result.IsOk);
        Assert.Contains(problem ?? "", change.Result.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_or_group_that_rules_name_stays()
    {
        var users = Refused(MutationStatus.InUse, TokenChanges.Delete(s_snapshot, s_token.Id), "application 'git' policy 'p'");
        Assert.Equal(["application 'git' policy 'p'"], users);

        var outer = Sample.Group("outer", [new GroupRule(s_group.Id)]);
        var snapshot = Sample.Snapshot([s_token], [s_application], [s_group, outer]);
        Assert.Equal(["group 'outer'"], Refused(MutationStatus.InUse, GroupChanges.Delete(snapshot, s_group.Id), "group 'outer'"));
        Assert.True(GroupChanges.Delete(snapshot, outer.Id).Result.IsOk);
    }

    [Fact]
    public void An_application_that_rules_of_another_name_stays()
    {
        Policy Linked(string name) => Sample.Policy(name, PolicyAction.ServiceAuth, [new EveryoneRule()], exclude: [new LinkedAppTokenRule(s_application.Id)], precedence: 2);
        var other = Sample.Application("other", "other.example.com", Linked("linked"));
        var snapshot = Sample.Snapshot([s_token], [s_application, other], []);

        Assert.Equal(
            ["application 'other' policy 'linked'"],
            Refused(MutationStatus.InUse, ApplicationChanges.Delete(snapshot, s_application.Id), "the application 'git' is named by"));
        Assert.True(ApplicationChanges.Delete(snapshot, other.Id).Result.IsOk);

        // Its own rules go with it.
        var own = s_application with { Policies = [s_policy, Linked("own")] };
        Assert.True(ApplicationChanges.Delete(Sample.Snapshot([s_token], [own], []), own.Id).Result.IsOk);
    }

    [Fact]
    public void A_group_that_would_contain_itself_is_refused()
    {
        var own = Guid.NewGuid();
        Refused(
            MutationStatus.Invalid,
            GroupChanges.Create(s_snapshot, Sample.Group("self", [new GroupRule(own)]) with { Id = own }),
            "'self' would contain itself");

        var middle = Sample.Group("middle", [new EveryoneRule()], exclude: [new GroupRule(s_group.Id)]);
        var outer = Sample.Group("outer", [new EveryoneRule()], [new GroupRule(middle.Id)]);
        var snapshot = Sample.Snapshot([], [], [s_group, middle, outer]);
        Refused(
            MutationStatus.Invalid,
            GroupChanges.Update(snapshot, s_group.Id, group => group with { Include = [new GroupRule(outer.Id)] }, Sample.Now),
            "would contain itself");
    }

    [Fact]
    public void Groups_nest_as_deep_as_a_decision_follows_and_no_deeper()
    {
        var chain = new List<Group> { s_group };
        while (chain.Count < Group.MaximumDepth)
        {
            chain.Add(Sample.Group($"g{chain.Count}", [new GroupRule(chain[^1].Id)]));
        }

        var deepest = Sample.Application("a", "a.example.com", Sample.Policy("p", PolicyAction.ServiceAuth, [new GroupRule(chain[^1].Id)]));
        var snapshot = Sample.Snapshot(groups: chain);
        var change = ApplicationChanges.Create(snapshot, deepest);
        Assert.True(change.Result.IsOk, change.Result.Message);
        Assert.True(FastProxy.Access.Decisions.PolicyEngine.Decide(change.Next!, new(change.Result.Value, null, null)).Admitted);

        Refused(
            MutationStatus.Invalid,
            GroupChanges.Create(snapshot, Sample.Group("one more", [new GroupRule(chain[^1].Id)])),
            $"more than {Group.MaximumDepth} deep");

        // Growing the innermost one is refused too, because of what it is in.
        var inner = Sample.Group("inner", [new EveryoneRule()]);
        Refused(
            MutationStatus.Invalid,
            GroupChanges.Update(
                Sample.Snapshot(groups: [.. chain, inner]),
                s_group.Id,
                group => group with { Include = [new GroupRule(inner.Id)] },
                Sample.Now),
            "deep");
    }

    [Fact]
    public void Groups_that_multiply_are_refused_before_a_decision_gets_slow()
    {
        var snapshot = Sample.Snapshot(groups: [s_group]);
        var last = s_group;
        string? refusal = null;
        for (var i = 0; i < Group.MaximumDepth && refusal is null; i++)
        {
            var next = Sample.Group($"g{i}", [.. Enumerable.Repeat(new GroupRule(last.Id), 10)]);
            var change = GroupChanges.Create(snapshot, next);
            refusal = change.Result.Message;
            (snapshot, last) = (change.Next ?? snapshot, next);
        }

        Assert.Contains($"more than {Group.MaximumRules} rules", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_name_what_exists_and_there_is_at_least_one_include()
    {
        Refused(MutationStatus.Invalid, GroupChanges.Create(s_snapshot, Sample.Group("g", [])), "include");
        Refused(MutationStatus.Invalid, GroupChanges.Create(s_snapshot, Sample.Group("g", default)), "include");
        Refused(MutationStatus.Invalid, GroupChanges.Create(s_snapshot, Sample.Group("g", [new ServiceTokenRule(Guid.NewGuid())])), "no service token");
        Refused(
            MutationStatus.Invalid,
            PolicyChanges.Add(s_snapshot, s_application.Id, Sample.Policy("q", PolicyAction.Block, [new GroupRule(Guid.NewGuid())])),
            "no group");
    }

    [Fact]
    public void Precedences_are_unique_and_a_policy_without_one_goes_to_the_end()
    {
        var added = PolicyChanges.Add(s_snapshot, s_application.Id, Sample.Policy("q", PolicyAction.Block, [new EveryoneRule()]));
        Assert.Equal(2, added.Result.Value!.Precedence);
        Refused(
            MutationStatus.Invalid,
            PolicyChanges.Add(s_snapshot, s_application.Id, Sample.Policy("q", PolicyAction.Block, [new EveryoneRule()], precedence: 1)),
            "unique");
        Refused(
            MutationStatus.Invalid,
            PolicyChanges.Update(s_snapshot, s_application.Id, s_policy.Id, policy => policy with { Precedence = -1 }, Sample.Now),
            "at least 1");

        var moved = PolicyChanges.Update(added.Next!, s_application.Id, s_policy.Id, policy => policy with { Precedence = 3 }, Sample.Now);
        Assert.Equal(["q", "p"], moved.Next!.Applications[0].Policies.Select(policy => policy.Name));
    }

    [Fact]
    public void What_was_meant_for_an_own_policy_does_not_change_one_that_became_reusable()
    {
        var reusable = ReusablePolicyChanges.MakeReusable(s_snapshot, s_application.Id, s_policy.Id, Sample.Now).Next!;

        Refused(
            MutationStatus.Conflict,
            PolicyChanges.Update(reusable, s_application.Id, s_policy.Id, _ => s_policy with { Action = PolicyAction.Block }, Sample.Now),
            "has become reusable in the meantime");
        Assert.True(PolicyChanges.Update(reusable, s_application.Id, s_policy.Id, current => current with { Precedence = 7 }, Sample.Now).Result.IsOk);
    }

    [Fact]
    public void An_update_cannot_touch_id_or_creation_time()
    {
        var later = Sample.Now.AddDays(1);
        var result = TokenChanges.Update(
            s_snapshot,
            s_token.Id,
            token => token with { Id = Guid.NewGuid(), CreatedAt = later, UpdatedAt = DateTimeOffset.MinValue, Name = "new" },
            later).Result.Value!;
        Assert.Equal((s_token.Id, Sample.Now, later, "new"), (result.Id, result.CreatedAt, result.UpdatedAt, result.Name));
    }

    [Fact]
    public void An_object_that_makes_no_sense_is_refused()
    {
        Refused(MutationStatus.Invalid, TokenChanges.Create(s_snapshot, Sample.Token(" ")), "name");
        Refused(MutationStatus.Invalid, TokenChanges.Create(s_snapshot, Sample.Token("a\nb")), "control");
        Refused(MutationStatus.Invalid, TokenChanges.Create(s_snapshot, Sample.Token(new string('x', 256))), "longer");
        Refused(MutationStatus.Invalid, TokenChanges.Create(s_snapshot, Sample.Token("x") with { ClientId = "x.access" }), "client id");
        Refused(MutationStatus.Invalid, TokenChanges.Create(s_snapshot, Sample.Token("x") with { Secret = default }), "secret");
        Refused(MutationStatus.Invalid, TokenChanges.Create(s_snapshot, Sample.Token("x") with { Duration = TimeSpan.Zero }), "duration");

        var application = Sample.Application("x", "x.example.com");
        Refused(MutationStatus.Invalid, ApplicationChanges.Create(s_snapshot, application with { Aud = "x" }), "audience");
        Refused(MutationStatus.Invalid, ApplicationChanges.Create(s_snapshot, application with { Domains = [] }), "domain");
        Refused(MutationStatus.Invalid, ApplicationChanges.Create(s_snapshot, application with { Domains = [Sample.Domain("x"), Sample.Domain("x")] }), "twice");
        Refused(MutationStatus.Invalid, ApplicationChanges.Create(s_snapshot, application with { Type = "" }), "type");
        Refused(MutationStatus.Invalid, ApplicationChanges.Create(s_snapshot, application with { ReadServiceTokensFromHeader = "a b" }), "header");
        Refused(MutationStatus.Invalid, ApplicationChanges.Create(s_snapshot, application with { SessionDuration = TimeSpan.FromDays(32) }), "session duration");
        Assert.True(ApplicationChanges.Create(s_snapshot, application with { AllowedDestinations = default }).Result.IsOk);
    }

    private static IEnumerable<string> Refused<T>(MutationStatus status, AccessChange<T> change, string expected)
        where T : class
    {
        Assert.Null(change.Next);
        Assert.Null(change.Result.Value);
        Assert.Equal(status, change.Result.Status);
        Assert.Contains(expected, change.Result.Message, StringComparison.Ordinal);
        return change.Result.UsedBy;
    }
}
