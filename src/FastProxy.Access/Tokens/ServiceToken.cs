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

    /// <summary>
    /// Whether it is a canary: a token that nobody may use, left where only a thief finds it. To a client it does not exist; whoever presents
    /// its id or its secret raises an alarm.
    /// </summary>
    public bool IsCanary { get; init; }

    /// <summary>Counts the secrets: 1 for the first, one more for each rotation.</summary>
    public int SecretVersion { get; init; } = 1;

    /// <summary>Whether there is a secret that it can be used with; not after <see cref="Revoked"/>, until it is rotated.</summary>
    public bool HasSecret => Secret != SecretHash.None;

    /// <summary>Whether its time is over at <paramref name="now"/>.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt is { } end && now >= end;

    /// <summary>How soon its time is over, seen from <paramref name="now"/>.</summary>
    public ExpiryWarning WarningAt(DateTimeOffset now) => (ExpiresAt - now) switch
    {
        null => ExpiryWarning.None,
        { Ticks: <= 0 } => ExpiryWarning.Expired,
        { TotalDays: <= 1 } => ExpiryWarning.Day,
        { TotalDays: <= 7 } => ExpiryWarning.Week,
        { TotalDays: <= 30 } => ExpiryWarning.Month,
        _ => ExpiryWarning.None,
    };

    /// <summary>Whether the secret before the last rotation still counts at <paramref name="now"/>.</summary>
    public bool HasPreviousSecret(DateTimeOffset now) => PreviousSecret is not null && PreviousSecretExpiresAt is { } end && now < end;

    /// <summary>The token with a new secret. The one it had counts until <paramref name="previousUntil"/>; null or a time past: no longer.</summary>
    /// <param name="secret">The hash of the new secret.</param>
    /// <param name="previousUntil">The end of the overlap.</param>
    /// <param name="version">The number of the new secret; at least one more than the one in force.</param>
    /// <param name="now">The time of the rotation.</param>
    public ServiceToken Rotated(SecretHash secret, DateTimeOffset? previousUntil, int version, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(version, SecretVersion);
        var rotated = this with { Secret = secret, SecretVersion = version, PreviousSecret = null, PreviousSecretExpiresAt = null };
        return previousUntil > now && HasSecret ? rotated with { PreviousSecret = Secret, PreviousSecretExpiresAt = previousUntil } : rotated;
    }

    /// <summary>The token with another end of its overlap; a time past ends it. An overlap that is over does not begin again.</summary>
    public ServiceToken WithOverlapUntil(DateTimeOffset end, DateTimeOffset now) =>
        HasPreviousSecret(now) && end > now ? this with { PreviousSecretExpiresAt = end } : WithoutOverlap();

    /// <summary>The token with no secret but the one in force.</summary>
    public ServiceToken WithoutOverlap() => this with { PreviousSecret = null, PreviousSecretExpiresAt = null };

    /// <summary>
    /// The token switched off, and without a secret: switched on again it lets nobody in until it is rotated. For one that is
    /// revoked and must stay, because rules name it.
    /// </summary>
    public ServiceToken Revoked() =>
        WithoutOverlap() with { Enabled = false, Secret = SecretHash.None, SecretVersion = SecretVersion + 1 };

    /// <summary>The token with its lifetime begun again at <paramref name="now"/>.</summary>
    public ServiceToken Refreshed(DateTimeOffset now) => WithDuration(Duration, now);

    /// <summary>The token with a new lifetime that starts at <paramref name="now"/>; null: for ever.</summary>
    public ServiceToken WithDuration(TimeSpan? duration, DateTimeOffset now) =>
        this with { Duration = duration, ExpiresAt = duration is { } length ? now + length : null };
}
