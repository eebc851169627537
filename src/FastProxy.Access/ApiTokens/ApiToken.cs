using FastProxy.Access.Tokens;

namespace FastProxy.Access.ApiTokens;

/// <summary>A credential for administrators of this gateway, for its API alone. Immutable; prints no secret.</summary>
public sealed record ApiToken
{
    /// <summary>The identity of the token.</summary>
    public required Guid Id { get; init; }

    /// <summary>A name, unique among API tokens.</summary>
    public required string Name { get; init; }

    /// <summary>What its bearer may do.</summary>
    public required ApiTokenScope Scope { get; init; }

    /// <summary>The hash of its value, all that is kept of it.</summary>
    public required SecretHash Value { get; init; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From this moment on it is expired; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether its time is over at <paramref name="now"/>.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt is { } end && now >= end;
}
