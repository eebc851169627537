using System.Collections.Immutable;
using FastProxy.Access;
using FastProxy.Access.Policies;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Policies;

/// <summary>A policy as the API shows it.</summary>
internal sealed record PolicyResource
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Decision { get; init; }

    public required int Precedence { get; init; }

    public required ImmutableArray<Rule> Include { get; init; }

    public required ImmutableArray<Rule> Require { get; init; }

    public required ImmutableArray<Rule> Exclude { get; init; }

    public required string? SessionDuration { get; init; }

    public required bool Reusable { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    public static PolicyResource Of(Policy policy) => new()
    {
        Id = policy.Id,
        Name = policy.Name,
        Decision = policy.Action.ToApiName(),
        Precedence = policy.Precedence,
        Include = policy.Include,
        Require = policy.Require,
        Exclude = policy.Exclude,
        SessionDuration = policy.SessionDuration is { } duration ? GoDuration.Format(duration) : null,
        Reusable = false,
        CreatedAt = Rfc3339.Of(policy.CreatedAt),
        UpdatedAt = Rfc3339.Of(policy.UpdatedAt),
    };
}
