using FastProxy.Access.Policies;

namespace FastProxy.Access.Decisions;

/// <summary>What a rule of a policy was worth for a request; a group's as a whole.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Match">Whether it holds.</param>
public readonly record struct RuleExplanation(Rule Rule, RuleMatch Match);
