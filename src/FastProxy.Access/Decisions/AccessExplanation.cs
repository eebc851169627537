using System.Collections.Immutable;

namespace FastProxy.Access.Decisions;

/// <summary>A decision, and how it came about.</summary>
/// <param name="Decision">What <see cref="PolicyEngine"/> decides.</param>
/// <param name="Policies">Every policy of the application, in the order in which they are asked.</param>
public sealed record AccessExplanation(Decision Decision, ImmutableArray<PolicyExplanation> Policies);
