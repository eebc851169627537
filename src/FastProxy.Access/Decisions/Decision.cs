using FastProxy.Access.Policies;

namespace FastProxy.Access.Decisions;

/// <summary>What the policies of an application say about a request. <c>default</c> refuses.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Policy">The policy that decided; for <see cref="DecisionReason.IdentityRequired"/> the Allow policy that would have; null where none did.</param>
public readonly record struct Decision(DecisionReason Reason, Policy? Policy)
{
    /// <summary>Whether the request may go on to the origin.</summary>
    public bool Admitted => Reason == DecisionReason.Admitted;

    /// <summary>The action of the policy that decided; null where none did.</summary>
    public PolicyAction? Action => Policy?.Action;
}
