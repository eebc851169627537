using System.Collections.Immutable;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;

namespace FastProxy.Access.Changes;

/// <summary>What rules name, and who has such rules.</summary>
internal static class RuleReferences
{
    /// <summary>Null when there is an include and everything named exists; else a sentence.</summary>
    public static string? Check(
        AccessSnapshot snapshot,
        ImmutableArray<Rule> include,
        ImmutableArray<Rule> require,
        ImmutableArray<Rule> exclude)
    {
        if (include.IsDefaultOrEmpty)
        {
            return "at least one include rule is needed";
        }

        if (require.IsDefault || exclude.IsDefault)
        {
            return "the list of require or exclude rules is missing";
        }

        foreach (var rule in include.Concat(require).Concat(exclude))
        {
            if (rule.NamedToken is { } token && !snapshot.TryGetToken(token, out _))
            {
                return $"there is no service token with the id {token:D} (a rule names the id, not the client id)";
            }

            if (rule.NamedGroup is { } group && !snapshot.TryGetGroup(group, out _))
            {
                return $"there is no group with the id {group:D}";
            }

            if (rule.NamedApplication is { } application && !snapshot.TryGetApplication(application, out _))
            {
                return $"there is no application with the id {application:D}";
            }

            if (rule.NamedList is { } list && !snapshot.TryGetList(list, out _))
            {
                return $"there is no list with the id {list:D}";
            }

            if (rule.NamedListKind is { } kind && snapshot.TryGetList(rule.NamedList!.Value, out var named) && named.Kind != kind)
            {
                return $"the list '{named.Name}' is of another kind than '{rule.Selector}' takes";
            }
        }

        return null;
    }

    /// <summary>All that rules name, of one kind: one look at each rule, however many objects are then asked about.</summary>
    public static HashSet<Guid> Named(AccessSnapshot snapshot, Func<Rule, Guid?> name)
    {
        var named = new HashSet<Guid>();
        foreach (var application in snapshot.Applications)
        {
            foreach (var policy in application.Policies)
            {
                // Of a reusable one there is one, whoever uses it.
                if (!policy.IsReusable)
                {
                    Add(policy.Include, policy.Require, policy.Exclude);
                }
            }
        }

        foreach (var policy in snapshot.ReusablePolicies)
        {
            Add(policy.Include, policy.Require, policy.Exclude);
        }

        foreach (var group in snapshot.Groups)
        {
            Add(group.Include, group.Require, group.Exclude);
        }

        return named;

        void Add(params ReadOnlySpan<ImmutableArray<Rule>> lists)
        {
            foreach (var list in lists)
            {
                foreach (var rule in list)
                {
                    if (name(rule) is { } id)
                    {
                        named.Add(id);
                    }
                }
            }
        }
    }

    /// <summary>Every policy and group that has a rule of a kind, as a person would name it.</summary>
    public static ImmutableArray<string> FindUsers(AccessSnapshot snapshot, Func<Rule, bool> isMeant)
    {
        var users = ImmutableArray.CreateBuilder<string>();
        foreach (var application in snapshot.Applications)
        {
            foreach (var policy in application.Policies)
            {
                if (!policy.IsReusable && Has(policy, isMeant))
                {
                    users.Add($"application '{application.Name}' policy '{policy.Name}'");
                }
            }
        }

        foreach (var policy in snapshot.ReusablePolicies)
        {
            if (Has(policy, isMeant))
            {
                users.Add($"reusable policy '{policy.Name}'");
            }
        }

        foreach (var group in snapshot.Groups)
        {
            if (group.Include.Concat(group.Require).Concat(group.Exclude).Any(isMeant))
            {
                users.Add($"group '{group.Name}'");
            }
        }

        return users.DrainToImmutable();
    }

    public static MutationProblem InUse(string what, ImmutableArray<string> users) =>
        new(MutationStatus.InUse, $"{what} is named by {string.Join(", ", users)}", users);

    private static bool Has(Policy policy, Func<Rule, bool> isMeant) =>
        policy.Include.Concat(policy.Require).Concat(policy.Exclude).Any(isMeant);
}
