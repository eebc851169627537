using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>Works out changes of reusable policies, and of every application that uses them. Pure: every store uses the same checks.</summary>
public static class ReusablePolicyChanges
{
    /// <summary>Adds a reusable policy, which no application uses yet.</summary>
    public static AccessChange<Policy> Create(AccessSnapshot snapshot, Policy policy)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(policy);
        return snapshot.TryGetReusablePolicy(policy.Id, out _)
            ? Refused(MutationProblem.Conflict("a policy with this id exists"))
            : Checked(snapshot, policy, snapshot.Applications);
    }

    /// <summary>Replaces a reusable policy, here and in every application that uses it; id and creation time stay.</summary>
    public static AccessChange<Policy> Update(AccessSnapshot snapshot, Guid id, Func<Policy, Policy> change, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(change);
        if (!snapshot.TryGetReusablePolicy(id, out var policy))
        {
            return Refused(MutationProblem.NotFound("policy"));
        }

        var changed = change(policy) with { Id = id, IsReusable = true, Precedence = 0, CreatedAt = policy.CreatedAt, UpdatedAt = now };
        return Checked(snapshot, changed, snapshot.Applications.Select(application => WithPolicy(application, changed)));
    }

    /// <summary>Removes a reusable policy that no application uses.</summary>
    public static AccessChange<Policy> Delete(AccessSnapshot snapshot, Guid id)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.TryGetReusablePolicy(id, out var policy))
        {
            return Refused(MutationProblem.NotFound("policy"));
        }

        var users = snapshot.Applications
            .Where(application => application.Policies.Any(used => used.Id == id))
            .Select(application => $"application '{application.Name}'");
        return RuleReferences.InUse($"the policy '{policy.Name}'", [.. users]) is { UsedBy.IsEmpty: false } problem
            ? Refused(problem)
            : AccessChange<Policy>.To(snapshot.Next(snapshot.ToContent() with { ReusablePolicies = snapshot.ReusablePolicies.Remove(policy) }), policy);
    }

    /// <summary>Makes a policy of one application reusable: it keeps its id and its place there.</summary>
    public static AccessChange<Policy> MakeReusable(AccessSnapshot snapshot, Guid applicationId, Guid policyId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.TryGetApplication(applicationId, out var application))
        {
            return Refused(MutationProblem.NotFound("application"));
        }

        if (application.Policies.FirstOrDefault(other => other.Id == policyId) is not { } policy)
        {
            return Refused(MutationProblem.NotFound("policy"));
        }

        if (policy.IsReusable)
        {
            return Refused(MutationProblem.Invalid($"the policy '{policy.Name}' is reusable already"));
        }

        var reusable = policy with { IsReusable = true, Precedence = 0, UpdatedAt = now };
        return Checked(snapshot, reusable, snapshot.Applications.Replace(application, WithPolicy(application, reusable)));
    }

    /// <summary>How many applications use a reusable policy.</summary>
    public static int CountUsers(AccessSnapshot snapshot, Guid id)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshot.Applications.Count(application => application.Policies.Any(policy => policy.IsReusable && policy.Id == id));
    }

    private static Application WithPolicy(Application application, Policy policy) =>
        application.Policies.FirstOrDefault(used => used.Id == policy.Id) is { } used
            ? application with { Policies = application.Policies.Replace(used, policy with { Precedence = used.Precedence }) }
            : application;

    private static AccessChange<Policy> Checked(AccessSnapshot snapshot, Policy policy, IEnumerable<Application> applications)
    {
        policy = policy with { IsReusable = true, Precedence = 0 };
        if (!EntityName.IsValid(policy.Name, out var error))
        {
            return Refused(MutationProblem.Invalid(error));
        }

        if (snapshot.TryGetReusablePolicyByName(policy.Name, out var other) && other.Id != policy.Id)
        {
            return Refused(MutationProblem.Conflict($"there is already a reusable policy named '{policy.Name}'"));
        }

        if (PolicyChanges.CheckRules(snapshot, policy, new GroupSizes(snapshot)) is { } problem)
        {
            return Refused(problem);
        }

        var next = snapshot.Next(snapshot.ToContent() with
        {
            ReusablePolicies = snapshot.ReusablePolicies.Where(old => old.Id != policy.Id).Append(policy),
            Applications = applications,
        });
        foreach (var application in next.Applications.Where(application => application.Policies.Any(used => used.Id == policy.Id)))
        {
            if (PolicyChanges.CheckAll(next, application) is { } conflict)
            {
                return Refused(conflict with { Message = $"the application '{application.Name}' uses it: {conflict.Message}" });
            }
        }

        return AccessChange<Policy>.To(next, policy);
    }

    private static AccessChange<Policy> Refused(MutationProblem problem) => AccessChange<Policy>.Refused(problem);
}
