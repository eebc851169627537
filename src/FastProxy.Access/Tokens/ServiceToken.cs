namespace FastProxy.Access.Tokens;

/// <summary>A credential for machines. Immutable; prints no secret.</summary>
public sealed record ServiceToken
{
    /// <summary>The identity of the token; rules name it. Not the client id.</summary>
    public required Guid Id { get; init; }

    /// <summary>A name, unique among tokens.</summary>
    public required string Name { get; init; }

    /// <summary>What the client sends in <c>Cf-Access-Client-Id</c>; unique. See <see cref="Tokens.ClientId"/>.</summary>
    public required string ClientId { get; init; }

    /// <summary>The hash of the secret in force.</summary>
    public required SecretHash Secret { get; init; }

    /// <summary>The hash of the secret before the last rotation, or null. It counts only until <see cref="PreviousSecretExpiresAt"/>.</summary>
    public SecretHash? PreviousSecret { get; init; }

    /// <summary>When the previous secret stops working; null: it already has.</summary>
    public DateTimeOffset? PreviousSecretExpiresAt { get; init; }

    /// <summary>How long the token lives from its creation or refresh; null: for ever.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>From this moment on it is expired; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>False while an administrator has it switched off; that also stops the previous secret.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Counts the secrets: 1 for the first, one more for each rotation.</summary>
    public int SecretVersion { get; init; } = 1;

    /// <summary>Whether its time is over at <paramref name="now"/>.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt is { } end && now >= end;

    /// <summary>The token with a new lifetime that starts at <paramref name="now"/>; null: for ever.</summary>
    public ServiceToken WithDuration(TimeSpan? duration, DateTimeOffset now) =>
        this with { Duration = duration, ExpiresAt = duration is { } length ? now + length : null };
}
