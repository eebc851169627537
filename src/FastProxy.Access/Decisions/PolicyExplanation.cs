using System.Collections.Immutable;
using FastProxy.Access.Policies;

namespace FastProxy.Access.Decisions;

/// <summary>Why a policy matched a request or not.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Standing">The part it had in the decision.</param>
/// <param name="Include">What each include rule was worth.</param>
/// <param name="Require">What each require rule was worth.</param>
/// <param name="Exclude">What each exclude rule was worth.</param>
public sealed record PolicyExplanation(
    Policy Policy,
    PolicyStanding Standing,
    ImmutableArray<RuleExplanation> Include,
    ImmutableArray<RuleExplanation> Require,
    ImmutableArray<RuleExplanation> Exclude);
