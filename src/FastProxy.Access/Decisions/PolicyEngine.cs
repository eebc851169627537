using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Decisions;

/// <summary>Decides whether the policies of an application admit a request. Pure, deterministic, thread-safe; allocates nothing.</summary>
/// <remarks>
/// <code>
///   Bypass, Service Auth  ──first match──▶ admitted
///   in listed order       (they never look at who signed in)
///          │ none
///          ▼
///   Allow, Block          ──first match──▶ Allow: admitted, once somebody signed in; never with a service token
///   in listed order                        Block: refused
///          │ none
///          ▼
///   refused
/// </code>
/// </remarks>
public static class PolicyEngine
{
    /// <summary>
    /// Decides, deny by default. A Block policy cannot stop what a Service Auth policy admits, since that comes first: an <c>exclude</c> in
    /// that policy does.
    /// </summary>
    /// <param name="snapshot">The snapshot the application came from; groups are looked up in it.</param>
    /// <param name="request">The request.</param>
    public static Decision Decide(AccessSnapshot snapshot, in AccessRequest request)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var application = request.Application;
        if (application.Policies.IsEmpty)
        {
            return new Decision(DecisionReason.ApplicationHasNoPolicies, null);
        }

        // Step 1: the policies that ask for no sign-in.
        var people = new RuleContext(snapshot, in request);
        var machines = people with { Identity = null };
        foreach (var policy in application.Policies)
        {
            if (AsksNoSignIn(policy) && Match(policy, in machines) == RuleMatch.Yes)
            {
                return new Decision(DecisionReason.Admitted, policy);
            }
        }

        // Step 2: the policies for people.
        var decision = people.Identity is not null ? DecideSignedIn(application, in people)
            : request.Token is not null ? DecideToken(application, in people)
            : DecideAnonymous(application, in people);
        return decision.Reason == DecisionReason.Blocked || people.Identity is not null
            ? decision
            : WithWhatIsMissing(decision, application, in machines);
    }

    internal static bool AsksNoSignIn(Policy policy) => policy.Action is PolicyAction.Bypass or PolicyAction.ServiceAuth;

    internal static RuleMatch Match(Policy policy, in RuleContext context) =>
        RuleFormula.Match(policy.Include, policy.Require, policy.Exclude, in context);

    private static Decision DecideSignedIn(Application application, in RuleContext context)
    {
        foreach (var policy in application.Policies)
        {
            if (!AsksNoSignIn(policy) && Match(policy, in context) == RuleMatch.Yes)
            {
                return new Decision(policy.Action == PolicyAction.Allow ? DecisionReason.Admitted : DecisionReason.Blocked, policy);
            }
        }

        return default;
    }

    // An Allow policy does not count for a machine; that one would have matched is worth telling.
    private static Decision DecideToken(Application application, in RuleContext context)
    {
        Policy? forPeople = null;
        foreach (var policy in application.Policies)
        {
            if (AsksNoSignIn(policy) || Match(policy, in context) != RuleMatch.Yes)
            {
                continue;
            }

            if (policy.Action == PolicyAction.Block)
            {
                return new Decision(DecisionReason.Blocked, policy);
            }

            forPeople ??= policy;
        }

        return forPeople is null ? default : new Decision(DecisionReason.IdentityRequired, forPeople);
    }

    // The first Allow policy that could match somebody ends it: what stands behind it is asked when it is known who that is.
    private static Decision DecideAnonymous(Application application, in RuleContext context)
    {
        var somebody = context with { Open = OpenFacts.Certificate | OpenFacts.Identity };
        foreach (var policy in application.Policies)
        {
            if (policy.Action == PolicyAction.Block && Match(policy, in context) == RuleMatch.Yes)
            {
                return new Decision(DecisionReason.Blocked, policy);
            }

            if (policy.Action == PolicyAction.Allow && Match(policy, in somebody) != RuleMatch.No)
            {
                return new Decision(DecisionReason.IdentityRequired, policy);
            }
        }

        return default;
    }

    // Only tells the caller what to bring: it is refused in any case.
    private static Decision WithWhatIsMissing(Decision decision, Application application, in RuleContext context)
    {
        var token = context.Token is null ? OpenFacts.Token : OpenFacts.None;
        if (CouldMatch(application, context with { Open = token }))
        {
            return token == OpenFacts.None ? decision : new Decision(DecisionReason.CredentialRequired, null);
        }

        return context.Certificate is null && CouldMatch(application, context with { Open = token | OpenFacts.Certificate })
            ? new Decision(DecisionReason.CertificateRequired, null)
            : decision;
    }

    private static bool CouldMatch(Application application, in RuleContext context)
    {
        foreach (var policy in application.Policies)
        {
            if (AsksNoSignIn(policy) && Match(policy, in context) != RuleMatch.No)
            {
                return true;
            }
        }

        return false;
    }
}
