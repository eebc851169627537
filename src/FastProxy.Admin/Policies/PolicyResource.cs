using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastProxy.Access;
using FastProxy.Access.Changes;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.Policies;

/// <summary>A policy as the API shows it.</summary>
internal sealed record PolicyResource : INamedResource
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Decision { get; init; }

    /// <summary>The place in the application's order; absent where the policy is not seen as one of an application's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required int? Precedence { get; init; }

    public required ImmutableArray<Rule> Include { get; init; }

    public required ImmutableArray<Rule> Require { get; init; }

    public required ImmutableArray<Rule> Exclude { get; init; }

    public required string? SessionDuration { get; init; }

    public required bool Reusable { get; init; }

    /// <summary>How many applications use it; absent where it belongs to one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required int? AppCount { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    /// <summary>The fields that are kept and have no effect here.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Kept { get; set; } = [];

    public static PolicyResource Of(Policy policy, AccessSnapshot snapshot) => new()
    {
        Id = policy.Id,
        Name = policy.Name,
        Decision = policy.Action.ToApiName(),
        Precedence = policy.Precedence > 0 ? policy.Precedence : null,
        Include = policy.Include,
        Require = policy.Require,
        Exclude = policy.Exclude,
        SessionDuration = policy.SessionDuration is { } duration ? GoDuration.Format(duration) : null,
        Reusable = policy.IsReusable,
        AppCount = policy.IsReusable ? ReusablePolicyChanges.CountUsers(snapshot, policy.Id) : null,
        CreatedAt = Rfc3339.Of(policy.CreatedAt),
        UpdatedAt = Rfc3339.Of(policy.UpdatedAt),
        Kept = KeptFieldTable.Values(policy.Kept),
    };
}
