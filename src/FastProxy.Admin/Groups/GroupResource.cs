using System.Collections.Immutable;
using FastProxy.Access.Policies;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Groups;

/// <summary>A group as the API shows it.</summary>
internal sealed record GroupResource : INamedResource
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required ImmutableArray<Rule> Include { get; init; }

    public required ImmutableArray<Rule> Require { get; init; }

    public required ImmutableArray<Rule> Exclude { get; init; }

    /// <summary>
    /// A list of rules in answers, although a bool in requests: so it is in the API this one follows. The included rules of a group that is
    /// the default, empty for others.
    /// </summary>
    public required ImmutableArray<Rule> IsDefault { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    public static GroupResource Of(Group group) => new()
    {
        Id = group.Id,
        Name = group.Name,
        Include = group.Include,
        Require = group.Require,
        Exclude = group.Exclude,
        IsDefault = group.IsDefault ? group.Include : [],
        CreatedAt = Rfc3339.Of(group.CreatedAt),
        UpdatedAt = Rfc3339.Of(group.UpdatedAt),
    };
}
