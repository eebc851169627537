using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>Works out changes of groups. Pure: every store uses the same checks.</summary>
public static class GroupChanges
{
    /// <summary>Adds a group.</summary>
    public static AccessChange<Group> Create(AccessSnapshot snapshot, Group group)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(group);
        return snapshot.TryGetGroup(group.Id, out _)
            ? AccessChange<Group>.Refused(MutationProblem.Conflict("a group with this id exists"))
            : Checked(snapshot, group);
    }

    /// <summary>Replaces a group; id and creation time stay.</summary>
    public static AccessChange<Group> Update(AccessSnapshot snapshot, Guid id, Func<Group, Group> change, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(change);
        return snapshot.TryGetGroup(id, out var group)
            ? Checked(snapshot, change(group) with { Id = id, CreatedAt = group.CreatedAt, UpdatedAt = now })
            : AccessChange<Group>.Refused(MutationProblem.NotFound("group"));
    }

    /// <summary>Removes a group that no rule names.</summary>
    public static AccessChange<Group> Delete(AccessSnapshot snapshot, Guid id)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.TryGetGroup(id, out var group))
        {
            return AccessChange<Group>.Refused(MutationProblem.NotFound("group"));
        }

        var users = RuleReferences.FindUsers(snapshot, rule => rule.NamedGroup == id);
        return users.IsEmpty
            ? AccessChange<Group>.To(snapshot.Without(group), group)
            : AccessChange<Group>.Refused(RuleReferences.InUse($"the group '{group.Name}'", users));
    }

    private static AccessChange<Group> Checked(AccessSnapshot snapshot, Group group)
    {
        if (!EntityName.IsValid(group.Name, out var error))
        {
            return AccessChange<Group>.Refused(MutationProblem.Invalid(error));
        }

        if (snapshot.TryGetGroupByName(group.Name, out var other) && other.Id != group.Id)
        {
            return AccessChange<Group>.Refused(MutationProblem.Conflict($"there is already a group named '{group.Name}'"));
        }

        // The groups as they would be: a group may name itself only by way of this change.
        var next = snapshot.With(group);
        error = RuleReferences.Check(next, group.Include, group.Require, group.Exclude) ?? FindTooLarge(next);
        return error is null
            ? AccessChange<Group>.To(next, group)
            : AccessChange<Group>.Refused(MutationProblem.Invalid(error));
    }

    // A group grows whatever names it, so all is measured again; each group once.
    private static string? FindTooLarge(AccessSnapshot next)
    {
        var sizes = new GroupSizes(next);
        foreach (var group in next.Groups)
        {
            if (sizes.Check($"the group '{group.Name}'", [new GroupRule(group.Id)], [], []) is { } error)
            {
                return error;
            }
        }

        foreach (var policy in next.ReusablePolicies)
        {
            if (sizes.Check($"the reusable policy '{policy.Name}'", policy.Include, policy.Require, policy.Exclude) is { } error)
            {
                return error;
            }
        }

        foreach (var application in next.Applications)
        {
            foreach (var policy in application.Policies)
            {
                var what = $"the policy '{policy.Name}' of the application '{application.Name}'";
                if (sizes.Check(what, policy.Include, policy.Require, policy.Exclude) is { } error)
                {
                    return error;
                }
            }
        }

        return null;
    }
}
