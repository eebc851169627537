using System.Collections.Immutable;

namespace FastProxy.Access.Policies;

/// <summary>
/// One policy of an application: it matches when any <see cref="Include"/> rule, every <see cref="Require"/> rule and no
/// <see cref="Exclude"/> rule does. Immutable.
/// </summary>
public sealed record Policy
{
    /// <summary>The identity of the policy.</summary>
    public required Guid Id { get; init; }

    /// <summary>A name, unique within the application.</summary>
    public required string Name { get; init; }

    /// <summary>What happens when it matches.</summary>
    public required PolicyAction Action { get; init; }

    /// <summary>At least one rule; any of them is enough.</summary>
    public required ImmutableArray<Rule> Include { get; init; }

    /// <summary>All of these must match as well.</summary>
    public ImmutableArray<Rule> Require { get; init; } = [];

    /// <summary>None of these may match.</summary>
    public ImmutableArray<Rule> Exclude { get; init; } = [];

    /// <summary>The place in the order, ascending from 1, unique within the application. 0 in a policy to be added: at the end.</summary>
    public int Precedence { get; init; }

    /// <summary>How long a session admitted by it lasts, 0 to 31 days; null: the application's.</summary>
    public TimeSpan? SessionDuration { get; init; }

    /// <summary>
    /// Whether it is one of <see cref="Stores.AccessSnapshot.ReusablePolicies"/>: what an application has of it is the same policy but for its
    /// <see cref="Precedence"/>, and changes with it.
    /// </summary>
    public bool IsReusable { get; init; }

    /// <summary>What the API keeps for its clients without acting on it.</summary>
    public KeptFields Kept { get; init; } = KeptFields.None;

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
