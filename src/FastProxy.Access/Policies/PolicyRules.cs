namespace FastProxy.Access.Policies;

/// <summary>Which rules may stand in a policy of which action.</summary>
internal static class PolicyRules
{
    /// <summary>Null when every rule the policy names itself has a meaning under its action; else a sentence. Rules inside groups are left as they are.</summary>
    public static string? Check(Policy policy)
    {
        foreach (var rule in policy.Include.Concat(policy.Require).Concat(policy.Exclude))
        {
            if (policy.Action == PolicyAction.Bypass && rule.IsAboutPeople)
            {
                return $"Bypass asks nobody to sign in, so the selector '{rule.Selector}' has no meaning in it";
            }

            if (policy.Action != PolicyAction.ServiceAuth && rule is LinkedAppTokenRule)
            {
                return $"the selector '{rule.Selector}' is for Service Auth only";
            }
        }

        return null;
    }
}
