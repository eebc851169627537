using FastProxy.Access.Decisions;

namespace FastProxy.Tests.Access;

public sealed class PolicyExplainerTests
{
    // The part of each policy, in the order in which they are asked: Decides, NoMatch, (not) Known, (needs) SignIn, (not) Reached.
    [Theory]
    [InlineData("service-auth include=token:ci; bypass include=everyone", "token=ci", "p1 D, p2 R")]
    [InlineData("allow include=everyone; service-auth include=token:other; bypass include=everyone", "token=ci", "p2 N, p3 D, p1 R")]
    [InlineData("block include=country:RU; service-auth include=ip:10.0.0.0/8", "token=ci country=RU", "p2 K, p1 D")]
    [InlineData("allow include=everyone; block include=everyone", "token=ci", "p1 S, p2 D")]
    [InlineData("allow include=email:ann@example.com; block include=everyone", "", "p1 S, p2 R")]
    [InlineData("allow include=email:ann@example.com; block include=everyone", "email=ann@example.com", "p1 D, p2 R")]
    [InlineData("allow include=email:ann@example.com", "email=bob@example.com", "p1 N")]
    public void Every_policy_has_its_part(string policies, string request, string expected)
    {
        var application = Sample.Application("a", "a.example.com", PolicyText.Policies(policies));
        var snapshot = Sample.Snapshot([PolicyText.Ci, PolicyText.Other], [application], PolicyText.Groups);
        var asked = PolicyText.Request(application, request);
        var explanation = PolicyExplainer.Explain(snapshot, in asked);
        Assert.Equal(PolicyEngine.Decide(snapshot, in asked), explanation.Decision);
        Assert.Equal(expected, string.Join(", ", explanation.Policies.Select(policy => $"{policy.Policy.Name} {Letter(policy.Standing)}")));
    }

    private static char Letter(PolicyStanding standing) => standing switch
    {
        PolicyStanding.Decides => 'D',
        PolicyStanding.NotKnown => 'K',
        PolicyStanding.NeedsSignIn => 'S',
        PolicyStanding.NotReached => 'R',
        _ => 'N',
    };
}
