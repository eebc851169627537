using System.Collections.Immutable;

namespace FastProxy.Access.Policies;

/// <summary>The formula of policies and groups: any include, and all of require, and none of exclude.</summary>
internal static class RuleFormula
{
    public static RuleMatch Match(
        ImmutableArray<Rule> include,
        ImmutableArray<Rule> require,
        ImmutableArray<Rule> exclude,
        in RuleContext context)
    {
        var result = RuleMatch.No;
        foreach (var rule in include)
        {
            var match = rule.Match(in context);
            if (match > result)
            {
                result = match;
            }

            if (result == RuleMatch.Yes)
            {
                break;
            }
        }

        foreach (var rule in require)
        {
            if (result == RuleMatch.No)
            {
                return result;
            }

            var match = rule.Match(in context);
            if (match < result)
            {
                result = match;
            }
        }

        foreach (var rule in exclude)
        {
            if (result == RuleMatch.No)
            {
                return result;
            }

            var negated = RuleMatch.Yes - (int)rule.Match(in context);
            if (negated < result)
            {
                result = negated;
            }
        }

        return result;
    }
}
