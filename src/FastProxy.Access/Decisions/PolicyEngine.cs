using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Decisions;

/// <summary>Decides whether the policies of an application admit a request. Pure, deterministic, thread-safe; allocates nothing.</summary>
public static class PolicyEngine
{
    /// <summary>
    /// Decides, deny by default. Bypass and Service Auth policies come first, in listed order; then Allow and Block, in listed order; the
    /// first match ends it. So a Block policy cannot stop what a Service Auth policy admits: an <c>exclude</c> in that policy does. A
    /// machine has no identity and never satisfies Allow.
    /// </summary>
    /// <param name="snapshot">The snapshot the application came from; groups are looked up in it.</param>
    /// <param name="request">The request.</param>
    public static Decision Decide(AccessSnapshot snapshot, in AccessRequest request)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var policies = request.Application.Policies;
        if (policies.IsEmpty)
        {
            return new Decision(DecisionReason.ApplicationHasNoPolicies, null);
        }

        var context = new RuleContext(snapshot, request.Token, ClientAddress.From(request.Address));
        foreach (var policy in policies)
        {
            if (AdmitsMachines(policy) && Match(policy, in context) == RuleMatch.Yes)
            {
                return new Decision(DecisionReason.Admitted, policy);
            }
        }

        Policy? forPeople = null;
        foreach (var policy in policies)
        {
            if (AdmitsMachines(policy) || Match(policy, in context) != RuleMatch.Yes)
            {
                continue;
            }

            if (policy.Action == PolicyAction.Block)
            {
                return new Decision(DecisionReason.Blocked, policy);
            }

            forPeople ??= policy;
        }

        if (request.Token is null && CouldMatch(request.Application, context.WithTokenToFollow()))
        {
            return new Decision(DecisionReason.CredentialRequired, null);
        }

        return forPeople is null
            ? new Decision(DecisionReason.NoPolicyMatched, null)
            : new Decision(DecisionReason.IdentityRequired, forPeople);
    }

    /// <summary>
    /// Whether somebody could get in without any credential: by a Bypass policy, or by a Service Auth policy that asks for no token, from
    /// some address. May say true of policies whose address rules contradict each other, never false of one that admits.
    /// </summary>
    public static bool CouldAdmitWithoutCredential(AccessSnapshot snapshot, Application application)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(application);

        // An address that is not known stands for every address: what is not a No could be a Yes.
        return CouldMatch(application, new RuleContext(snapshot, null, default));
    }

    private static bool CouldMatch(Application application, in RuleContext context)
    {
        foreach (var policy in application.Policies)
        {
            if (AdmitsMachines(policy) && Match(policy, in context) != RuleMatch.No)
            {
                return true;
            }
        }

        return false;
    }

    private static bool AdmitsMachines(Policy policy) => policy.Action is PolicyAction.Bypass or PolicyAction.ServiceAuth;

    private static RuleMatch Match(Policy policy, in RuleContext context) =>
        RuleFormula.Match(policy.Include, policy.Require, policy.Exclude, in context);
}
