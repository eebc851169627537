using System.Collections.Immutable;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Decisions;

/// <summary>Says how a decision comes about, by the same rules over the same facts as <see cref="PolicyEngine"/>. Pure and thread-safe.</summary>
public static class PolicyExplainer
{
    /// <summary>Decides as <see cref="PolicyEngine.Decide"/> does, and keeps what each policy and rule was worth.</summary>
    public static AccessExplanation Explain(AccessSnapshot snapshot, in AccessRequest request)
    {
        var decision = PolicyEngine.Decide(snapshot, in request);
        var people = new RuleContext(snapshot, in request);
        var machines = people with { Identity = null };
        var explanations = ImmutableArray.CreateBuilder<PolicyExplanation>(request.Application.Policies.Length);
        var decided = false;
        foreach (var policy in request.Application.Policies.OrderBy(policy => !PolicyEngine.AsksNoSignIn(policy)))
        {
            var context = PolicyEngine.AsksNoSignIn(policy) ? machines : people;
            var decides = ReferenceEquals(policy, decision.Policy);
            var standing = decided ? PolicyStanding.NotReached
                : decides && decision.Reason != DecisionReason.IdentityRequired ? PolicyStanding.Decides
                : decides ? PolicyStanding.NeedsSignIn
                : PolicyEngine.Match(policy, in context) switch
                {
                    // What matches and does not decide can only be an Allow policy, for a machine.
                    RuleMatch.Yes => PolicyStanding.NeedsSignIn,
                    RuleMatch.Unknown => PolicyStanding.NotKnown,
                    _ => PolicyStanding.NoMatch,
                };
            explanations.Add(new PolicyExplanation(
                policy, standing, Explain(policy.Include, in context), Explain(policy.Require, in context), Explain(policy.Exclude, in context)));

            // For a machine the search goes on behind an Allow policy, which does not count.
            decided |= decides && (standing == PolicyStanding.Decides || request.Token is null);
        }

        return new AccessExplanation(decision, explanations.DrainToImmutable());
    }

    private static ImmutableArray<RuleExplanation> Explain(ImmutableArray<Rule> rules, in RuleContext context)
    {
        var explanations = ImmutableArray.CreateBuilder<RuleExplanation>(rules.Length);
        foreach (var rule in rules)
        {
            explanations.Add(new RuleExplanation(rule, rule.Match(in context)));
        }

        return explanations.DrainToImmutable();
    }
}
