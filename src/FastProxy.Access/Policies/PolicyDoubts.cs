using FastProxy.Access.Stores;

namespace FastProxy.Access.Policies;

/// <summary>
/// What whoever writes a policy should hear of it, although it is allowed: that it can never match, or names what is never admitted. Only what is
/// certain by the rules that the policy names itself; groups are not looked into. Pure.
/// </summary>
public static class PolicyDoubts
{
    /// <summary>One sentence each; none where there is nothing to say.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="snapshot">What its rules name.</param>
    public static IEnumerable<string> Of(Policy policy, AccessSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(snapshot);
        if (WhyNever(policy, snapshot) is { } why)
        {
            yield return $"the policy '{policy.Name}' never matches: {why}";
        }

        if (policy.Action == PolicyAction.Block)
        {
            yield break;
        }

        foreach (var token in policy.Include.OfType<ServiceTokenRule>().Select(rule => rule.TokenId).Distinct())
        {
            if (snapshot.TryGetToken(token, out var named) && named.IsCanary)
            {
                yield return $"the service token '{named.Name}' is a canary: it is refused, whatever the policy '{policy.Name}' says";
            }
        }
    }

    private static string? WhyNever(Policy policy, AccessSnapshot snapshot)
    {
        if (policy.Exclude.Any(rule => rule is EveryoneRule))
        {
            return "it excludes everyone";
        }

        Guid[] required = [.. policy.Require.OfType<ServiceTokenRule>().Select(rule => rule.TokenId).Distinct()];
        if (required.Length > 1)
        {
            return $"a caller presents one service token, and it requires {string.Join(" and ", required.Select(id => snapshot.TryGetToken(id, out var token) ? $"'{token.Name}'" : "another"))}";
        }

        return policy.Action switch
        {
            PolicyAction.Allow when IncludesOnly(policy, IsAboutTokens) || policy.Require.Any(IsAboutTokens) =>
                "Allow is for people who signed in, and they present no service token; for machines the action is Service Auth",
            PolicyAction.ServiceAuth when IncludesOnly(policy, rule => rule.IsAboutPeople) || policy.Require.Any(rule => rule.IsAboutPeople) =>
                "Service Auth asks nobody to sign in; for people the action is Allow",
            _ => null,
        };
    }

    private static bool IncludesOnly(Policy policy, Func<Rule, bool> what) => !policy.Include.IsEmpty && policy.Include.All(what);

    private static bool IsAboutTokens(Rule rule) => rule is ServiceTokenRule or AnyValidServiceTokenRule;
}
