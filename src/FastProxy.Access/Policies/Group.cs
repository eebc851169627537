using System.Collections.Immutable;

namespace FastProxy.Access.Policies;

/// <summary>Rules under a name, to be used in many policies and in other groups. It matches by the formula of a policy. Immutable.</summary>
public sealed record Group
{
    /// <summary>How deep groups may name groups. The store refuses deeper ones; at a decision what is deeper counts as not known.</summary>
    public const int MaximumDepth = 16;

    /// <summary>How many rules a policy or group may have once every group in it is written out: what one decision may cost.</summary>
    public const int MaximumRules = 10_000;

    /// <summary>The identity of the group; rules name it.</summary>
    public required Guid Id { get; init; }

    /// <summary>A name, unique among groups.</summary>
    public required string Name { get; init; }

    /// <summary>At least one rule; any of them is enough.</summary>
    public required ImmutableArray<Rule> Include { get; init; }

    /// <summary>All of these must match as well.</summary>
    public ImmutableArray<Rule> Require { get; init; } = [];

    /// <summary>None of these may match.</summary>
    public ImmutableArray<Rule> Exclude { get; init; } = [];

    /// <summary>Whether an administrator marked it as the one new applications begin with. Kept and shown; it decides nothing.</summary>
    public bool IsDefault { get; init; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
