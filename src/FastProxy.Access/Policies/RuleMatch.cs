namespace FastProxy.Access.Policies;

/// <summary>
/// Three values, because something may not be known (an address behind a proxy that is not trusted). The order is used: "and" is the
/// smaller, "or" the greater, "not" is <c>Yes</c> minus the value (Kleene's logic). Only <see cref="Yes"/> satisfies a policy, so what is
/// not known never admits, whether it stands in an include, a require or an exclude, in a policy or deep in a group.
/// </summary>
public enum RuleMatch
{
    /// <summary>It does not hold.</summary>
    No = 0,

    /// <summary>Whether it holds is not known.</summary>
    Unknown = 1,

    /// <summary>It holds.</summary>
    Yes = 2,
}
