using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>
/// Works out a change of any number of objects at once. Only the end is checked, so objects may exchange names and domains, which no order
/// of single changes could do. Pure: every store uses the same checks.
/// </summary>
public static class ContentChanges
{
    /// <summary>Puts a content in the place of the one there is.</summary>
    /// <typeparam name="T">What the change answers.</typeparam>
    /// <param name="snapshot">The state of the moment.</param>
    /// <param name="content">What shall hold; no two of its objects of a kind share an id or a name.</param>
    /// <param name="value">What the caller is told once it holds.</param>
    /// <param name="culprit">The id of the object because of which the change was refused; null where it was not, or where nothing in the content is to blame.</param>
    public static AccessChange<T> Replace<T>(AccessSnapshot snapshot, AccessContent content, T value, out Guid? culprit)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(content);
        culprit = null;

        // Before anything is rebuilt: what still names a removed object is said of the object that goes, by name.
        var next = snapshot.Next(content);
        if (FindStillUsed(snapshot, next) is { } used)
        {
            return AccessChange<T>.Refused(used);
        }

        next = snapshot.Next(content with { Applications = [.. next.Applications.Select(application => WithReusablePolicies(next, application))] });
        return FindProblem(next, ref culprit) is { } problem
            ? AccessChange<T>.Refused(problem)
            : AccessChange<T>.To(next, value);
    }

    /// <summary>A change that changes nothing and only answers: nothing is written, nobody is told.</summary>
    /// <typeparam name="T">What the change answers.</typeparam>
    public static AccessChange<T> None<T>(T value)
        where T : class => AccessChange<T>.Unchanged(value);

    /// <summary>A change that cannot be made of what was asked for.</summary>
    /// <typeparam name="T">What the change would have answered.</typeparam>
    public static AccessChange<T> Refuse<T>(string message)
        where T : class => AccessChange<T>.Refused(MutationProblem.Invalid(message));

    private static MutationProblem? FindStillUsed(AccessSnapshot before, AccessSnapshot next)
    {
        var groups = RuleReferences.Named(next, rule => rule.NamedGroup);
        if (before.Groups.FirstOrDefault(group => groups.Contains(group.Id) && !next.TryGetGroup(group.Id, out _)) is { } usedGroup)
        {
            return RuleReferences.InUse(
                $"the group '{usedGroup.Name}', which would be removed,", RuleReferences.FindUsers(next, rule => rule.NamedGroup == usedGroup.Id));
        }

        var applications = RuleReferences.Named(next, rule => rule.NamedApplication);
        if (before.Applications.FirstOrDefault(app => applications.Contains(app.Id) && !next.TryGetApplication(app.Id, out _)) is { } usedApplication)
        {
            return RuleReferences.InUse(
                $"the application '{usedApplication.Name}', which would be removed,",
                RuleReferences.FindUsers(next, rule => rule.NamedApplication == usedApplication.Id));
        }

        var policies = next.Applications.SelectMany(application => application.Policies).Where(policy => policy.IsReusable).Select(policy => policy.Id).ToHashSet();
        if (before.ReusablePolicies.FirstOrDefault(policy => policies.Contains(policy.Id) && !next.TryGetReusablePolicy(policy.Id, out _)) is { } usedPolicy)
        {
            var users = next.Applications
                .Where(application => application.Policies.Any(used => used.IsReusable && used.Id == usedPolicy.Id))
                .Select(application => $"application '{application.Name}'");
            return RuleReferences.InUse($"the policy '{usedPolicy.Name}', which would be removed,", [.. users]);
        }

        return null;
    }

    // An application whose reusable policies are as it has them stays the same object, which the store then does not write.
    private static Application WithReusablePolicies(AccessSnapshot next, Application application) =>
        PolicyChanges.WithReusablePolicies(next, application) is { } resolved && !resolved.Policies.SequenceEqual(application.Policies)
            ? resolved
            : application;

    private static MutationProblem? FindProblem(AccessSnapshot next, ref Guid? culprit)
    {
        var sizes = new GroupSizes(next);
        foreach (var group in next.Groups)
        {
            culprit = group.Id;
            var error = NameError(group.Name)
                ?? RuleReferences.Check(next, group.Include, group.Require, group.Exclude)
                ?? sizes.Check("it", [new GroupRule(group.Id)], [], []);
            if (error is null)
            {
                continue;
            }

            // A group fails for a cycle that it only leads to as well: the one to name is in it.
            if (GroupCycles.FindMember(next) is { } cyclic)
            {
                culprit = cyclic.Id;
                return MutationProblem.Invalid($"the group '{cyclic.Name}' would contain itself");
            }

            return MutationProblem.Invalid($"the group '{group.Name}': {error}");
        }

        foreach (var policy in next.ReusablePolicies)
        {
            culprit = policy.Id;
            if (NameError(policy.Name) is { } error)
            {
                return MutationProblem.Invalid($"the policy '{policy.Name}': {error}");
            }

            if (PolicyChanges.CheckRules(next, policy, sizes) is { } problem)
            {
                return problem;
            }
        }

        foreach (var application in next.Applications)
        {
            culprit = application.Id;
            if ((ApplicationChanges.Check(next, application) ?? PolicyChanges.CheckAll(next, application, sizes)) is { } problem)
            {
                return problem with { Message = $"the application '{application.Name}': {problem.Message}" };
            }
        }

        culprit = null;
        return null;
    }

    private static string? NameError(string name) => EntityName.IsValid(name, out var error) ? null : error;
}
