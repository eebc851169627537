using FastProxy.Access.Changes;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Tests.Access;

public sealed class ContentChangesTests
{
    [Fact]
    public void Applications_may_exchange_their_domains()
    {
        var (a, b) = (Sample.Application("a", "a.example.com"), Sample.Application("b", "b.example.com"));
        var snapshot = Sample.Snapshot(applications: [a, b]);

        var next = Replace(snapshot, content => content with { Applications = [a with { Domains = b.Domains }, b with { Domains = a.Domains }] });

        Assert.True(next.TryGetApplicationByDomain("a.example.com", out var owner));
        Assert.Equal("b", owner.Name);
        Assert.Equal(snapshot.Version + 1, next.Version);
    }

    [Fact]
    public void What_it_costs_to_remove_groups_grows_with_the_rules_and_not_with_their_product()
    {
        var rule = new GroupRule(Guid.NewGuid());
        var kept = Sample.Group("kept", [new EveryoneRule()]) with { Id = rule.GroupId };
        var applications = Enumerable.Range(0, 500).Select(i => Sample.Application($"a{i}", $"a{i}.example.com", Sample.Policy("p", PolicyAction.ServiceAuth, [rule], precedence: 1))).ToList();
        long Cost(int removed)
        {
            var snapshot = Sample.Snapshot(applications: applications, groups: [kept, .. Enumerable.Range(0, removed).Select(i => Sample.Group($"g{i}", [rule]))]);
            var content = snapshot.ToContent() with { Groups = [kept] };
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.NotNull(ContentChanges.Replace(snapshot, content, "done", out _).Next);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Cost(1);
        var (few, many) = (Cost(1), Cost(1000));

        Assert.InRange(many, 0, 4 * few);
    }

    [Fact]
    public void A_domain_of_two_applications_is_refused_and_both_are_named()
    {
        var (a, b) = (Sample.Application("a", "a.example.com"), Sample.Application("b", "a.example.com") with { CreatedAt = Sample.Now.AddDays(1) });

        var (problem, culprit) = Refused(Sample.Snapshot(), content => content with { Applications = [a, b] });

        Assert.Equal("the application 'b': the domain 'a.example.com' belongs to the application 'a'", problem.Message);
        Assert.Equal(MutationStatus.Conflict, problem.Status);
        Assert.Equal(b.Id, culprit);
    }

    [Fact]
    public void Of_a_cycle_of_groups_a_member_is_named_and_not_who_leads_to_it()
    {
        var outer = Sample.Group("outer", []);
        var a = Sample.Group("a", []);
        var b = Sample.Group("b", [new GroupRule(a.Id)]);
        a = a with { Include = [new GroupRule(b.Id)] };
        outer = outer with { Include = [new GroupRule(a.Id)], CreatedAt = a.CreatedAt.AddDays(-1) };

        var (problem, culprit) = Refused(Sample.Snapshot(), content => content with { Groups = [outer, a, b] });

        Assert.Contains(culprit, new Guid?[] { a.Id, b.Id });
        Assert.Equal($"the group '{(culprit == a.Id ? "a" : "b")}' would contain itself", problem.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Groups_in_a_chain_of_thousands_are_refused_and_exhaust_nothing(bool closed)
    {
        var groups = Enumerable.Range(0, 20_000).Select(i => Sample.Group($"g{i}", [])).ToList();
        for (var i = 0; i < groups.Count; i++)
        {
            groups[i] = groups[i] with { Include = i + 1 < groups.Count || closed ? [new GroupRule(groups[(i + 1) % groups.Count].Id)] : [new EveryoneRule()] };
        }

        var (problem, culprit) = Refused(Sample.Snapshot(), content => content with { Groups = groups });

        Assert.Contains(closed ? "would contain itself" : "would nest groups more than 16 deep", problem.Message, StringComparison.Ordinal);
        Assert.NotNull(culprit);
    }

    [Theory]
    [InlineData(Group.MaximumDepth, true)]
    [InlineData(Group.MaximumDepth + 1, false)]
    public void Groups_may_nest_as_deep_as_one_by_one(int depth, bool allowed)
    {
        var groups = new List<Group> { Sample.Group("g1", [new EveryoneRule()]) };
        while (groups.Count < depth)
        {
            groups.Add(Sample.Group($"g{groups.Count + 1}", [new GroupRule(groups[^1].Id)]));
        }

        var change = ContentChanges.Replace(Sample.Snapshot(), new AccessContent { Groups = groups }, "done", out _);

        Assert.Equal(allowed, change.Result.IsOk);
    }

    [Fact]
    public void A_removed_group_that_is_still_named_is_refused_with_its_users()
    {
        var group = Sample.Group("machines", [new EveryoneRule()]);
        var application = Sample.Application("git", "git.example.com", Sample.Policy("ci", PolicyAction.ServiceAuth, [new GroupRule(group.Id)], precedence: 1));
        var snapshot = Sample.Snapshot(applications: [application], groups: [group]);

        var (problem, culprit) = Refused(snapshot, content => content with { Groups = [] });

        Assert.Equal("the group 'machines', which would be removed, is named by application 'git' policy 'ci'", problem.Message);
        Assert.Equal(MutationStatus.InUse, problem.Status);
        Assert.Null(culprit);
    }

    [Fact]
    public void A_removed_reusable_policy_that_is_still_used_is_refused_with_its_users()
    {
        var policy = Sample.Policy("people", PolicyAction.Allow, [new EveryoneRule()]) with { IsReusable = true };
        var snapshot = AccessSnapshot.Create(1, new AccessContent
        {
            ReusablePolicies = [policy],
            Applications = [Sample.Application("git", "git.example.com", policy with { Precedence = 1 })],
        });

        var (problem, _) = Refused(snapshot, content => content with { ReusablePolicies = [] });

        Assert.Equal("the policy 'people', which would be removed, is named by application 'git'", problem.Message);
    }

    [Fact]
    public void A_changed_reusable_policy_changes_the_applications_that_use_it_and_no_others()
    {
        var policy = Sample.Policy("people", PolicyAction.Allow, [new EveryoneRule()]) with { IsReusable = true };
        var user = Sample.Application("a", "a.example.com", policy with { Precedence = 7 });
        var other = Sample.Application("b", "b.example.com", Sample.Policy("own", PolicyAction.Allow, [new EveryoneRule()], precedence: 1));
        var snapshot = AccessSnapshot.Create(1, new AccessContent { ReusablePolicies = [policy], Applications = [user, other] });

        var next = Replace(snapshot, content => content with { ReusablePolicies = [policy with { Action = PolicyAction.Block }] });

        Assert.Equal((PolicyAction.Block, 7), next.TryGetApplication(user.Id, out var changed) ? (changed.Policies[0].Action, changed.Policies[0].Precedence) : default);
        Assert.True(next.TryGetApplication(other.Id, out var kept));
        Assert.Same(other, kept);
    }

    [Fact]
    public void Two_policies_of_one_precedence_are_refused_and_the_application_is_named()
    {
        var application = Sample.Application(
            "git",
            "git.example.com",
            Sample.Policy("a", PolicyAction.Allow, [new EveryoneRule()], precedence: 2),
            Sample.Policy("b", PolicyAction.Allow, [new EveryoneRule()], precedence: 2));

        var (problem, culprit) = Refused(Sample.Snapshot(), content => content with { Applications = [application] });

        Assert.Equal("the application 'git': policy precedences must be unique, and at least 1", problem.Message);
        Assert.Equal(application.Id, culprit);
    }

    private static AccessSnapshot Replace(AccessSnapshot snapshot, Func<AccessContent, AccessContent> edit)
    {
        var change = ContentChanges.Replace(snapshot, edit(snapshot.ToContent()), "done", out var culprit);
        Assert.True(change.Result.IsOk, change.Result.Message);
        Assert.Null(culprit);
        return change.Next!;
    }

    private static ((MutationStatus Status, string Message) Problem, Guid? Culprit) Refused(AccessSnapshot snapshot, Func<AccessContent, AccessContent> edit)
    {
        var change = ContentChanges.Replace(snapshot, edit(snapshot.ToContent()), "done", out var culprit);
        Assert.Null(change.Next);
        return ((change.Result.Status, change.Result.Message!), culprit);
    }
}
