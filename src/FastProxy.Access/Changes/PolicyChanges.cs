using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>Works out changes of an application's policies. Pure: every store uses the same checks.</summary>
public static class PolicyChanges
{
    /// <summary>Adds a policy; with precedence 0 behind all others.</summary>
    public static AccessChange<Policy> Add(AccessSnapshot snapshot, Guid applicationId, Policy policy)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(policy);
        return snapshot.TryGetApplication(applicationId, out var application)
            ? Checked(snapshot, application with { Policies = application.Policies.Add(policy) }, policy.Id)
            : AccessChange<Policy>.Refused(MutationProblem.NotFound("application"));
    }

    /// <summary>Replaces a policy; id and creation time stay.</summary>
    public static AccessChange<Policy> Update(
        AccessSnapshot snapshot,
        Guid applicationId,
        Guid policyId,
        Func<Policy, Policy> change,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(change);
        if (!snapshot.TryGetApplication(applicationId, out var application))
        {
            return AccessChange<Policy>.Refused(MutationProblem.NotFound("application"));
        }

        if (application.Policies.FirstOrDefault(other => other.Id == policyId) is not { } policy)
        {
            return AccessChange<Policy>.Refused(MutationProblem.NotFound("policy"));
        }

        var changed = change(policy);
        if (policy.IsReusable && !changed.IsReusable)
        {
            // What was read a moment ago as the application's own: to keep its place alone would drop the rest without a word.
            return AccessChange<Policy>.Refused(MutationProblem.Conflict($"the policy '{policy.Name}' has become reusable in the meantime"));
        }

        // Of a reusable policy an application has only its place.
        changed = policy.IsReusable
            ? policy with { Precedence = changed.Precedence }
            : changed with { Id = policyId, CreatedAt = policy.CreatedAt, UpdatedAt = now };
        return Checked(snapshot, application with { Policies = application.Policies.Replace(policy, changed) }, policyId);
    }

    /// <summary>Removes a policy.</summary>
    public static AccessChange<Policy> Remove(AccessSnapshot snapshot, Guid applicationId, Guid policyId)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.TryGetApplication(applicationId, out var application))
        {
            return AccessChange<Policy>.Refused(MutationProblem.NotFound("application"));
        }

        return application.Policies.FirstOrDefault(other => other.Id == policyId) is { } policy
            ? AccessChange<Policy>.To(snapshot.With(application with { Policies = application.Policies.Remove(policy) }), policy)
            : AccessChange<Policy>.Refused(MutationProblem.NotFound("policy"));
    }

    /// <summary>Reusable policies as they are now, whatever the caller has of them; null where one does not exist.</summary>
    internal static Application? WithReusablePolicies(AccessSnapshot snapshot, Application application)
    {
        if (application.Policies.IsDefaultOrEmpty || !application.Policies.Any(policy => policy.IsReusable))
        {
            return application;
        }

        var policies = application.Policies.ToBuilder();
        for (var i = 0; i < policies.Count; i++)
        {
            if (!policies[i].IsReusable)
            {
                continue;
            }

            if (!snapshot.TryGetReusablePolicy(policies[i].Id, out var current))
            {
                return null;
            }

            policies[i] = current with { Precedence = policies[i].Precedence };
        }

        return application with { Policies = policies.DrainToImmutable() };
    }

    /// <summary>Policies of precedence 0 go behind all others, in their order.</summary>
    internal static Application WithPrecedences(Application application)
    {
        if (application.Policies.IsDefaultOrEmpty || application.Policies.All(policy => policy.Precedence != 0))
        {
            return application;
        }

        var last = application.Policies.Max(policy => policy.Precedence);
        return application with
        {
            Policies = [.. application.Policies.Select(policy => policy.Precedence == 0 ? policy with { Precedence = ++last } : policy)],
        };
    }

    /// <summary>Null when the policies could be those of the application.</summary>
    /// <param name="snapshot">What they name.</param>
    /// <param name="application">The application.</param>
    /// <param name="sizes">The groups of the snapshot, where more than one application is checked.</param>
    internal static MutationProblem? CheckAll(AccessSnapshot snapshot, Application application, GroupSizes? sizes = null)
    {
        if (application.Policies.IsDefault)
        {
            return MutationProblem.Invalid("the policies are missing");
        }

        var ids = new HashSet<Guid>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var precedences = new HashSet<int>();
        sizes ??= new GroupSizes(snapshot);
        foreach (var policy in application.Policies)
        {
            if (!EntityName.IsValid(policy.Name, out var error))
            {
                return MutationProblem.Invalid(error);
            }

            if (!ids.Add(policy.Id) || !names.Add(policy.Name))
            {
                return MutationProblem.Conflict($"the application already has a policy named '{policy.Name}'");
            }

            if (policy.Precedence < 1 || !precedences.Add(policy.Precedence))
            {
                return MutationProblem.Invalid("policy precedences must be unique, and at least 1");
            }

            if (CheckRules(snapshot, policy, sizes) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    internal static MutationProblem? CheckRules(AccessSnapshot snapshot, Policy policy, GroupSizes sizes)
    {
        var error = RuleReferences.Check(snapshot, policy.Include, policy.Require, policy.Exclude)
            ?? sizes.Check("it", policy.Include, policy.Require, policy.Exclude)
            ?? PolicyRules.Check(policy)
            ?? ApplicationChanges.CheckSessionDuration(policy.SessionDuration);
        return error is null ? null : MutationProblem.Invalid($"the policy '{policy.Name}': {error}");
    }

    private static AccessChange<Policy> Checked(AccessSnapshot snapshot, Application application, Guid policyId)
    {
        application = WithPrecedences(application);
        return CheckAll(snapshot, application) is { } problem
            ? AccessChange<Policy>.Refused(problem)
            : AccessChange<Policy>.To(snapshot.With(application), application.Policies.First(policy => policy.Id == policyId));
    }
}
