using FastProxy.Access.Tokens;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.ServiceTokens;

/// <summary>What uses a service token, and so what loses it when it is revoked.</summary>
internal sealed record TokenUsageResource
{
    public required DateTime? LastSeenAt { get; init; }

    /// <summary>Sessions open now.</summary>
    public required int LiveSessions { get; init; }

    public required IReadOnlyList<TokenApplicationResource> Applications { get; init; }

    /// <summary>Reusable policies about the token that no application uses.</summary>
    public required IReadOnlyList<TokenPolicyResource> Policies { get; init; }

    public required IReadOnlyList<TokenGroupResource> Groups { get; init; }

    public static TokenUsageResource Of(TokenUsage usage, DateTimeOffset? lastSeen, IReadOnlyDictionary<Guid, int> sessions) => new()
    {
        LastSeenAt = lastSeen is { } seen ? Rfc3339.Of(seen) : null,
        LiveSessions = sessions.Values.Sum(),
        Applications = [.. usage.Applications.Select(item => TokenApplicationResource.Of(item.Application, item.Policies, sessions.GetValueOrDefault(item.Application.Id)))],
        Policies = [.. usage.UnusedPolicies.Select(TokenPolicyResource.Of)],
        Groups = [.. usage.Groups.Select(item => new TokenGroupResource(item.Group.Id, item.Group.Name, item.Through))],
    };
}
