using System.Text.Json.Serialization;
using FastProxy.Access;
using FastProxy.Access.Tokens;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.ServiceTokens;

/// <summary>A service token as the API shows it.</summary>
internal sealed record ServiceTokenResource : INamedResource
{
    /// <summary>How the API writes the duration of a token that never expires.</summary>
    public const string Forever = "forever";

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string ClientId { get; init; }

    /// <summary>In the answers to a creation and to a rotation, and nowhere else.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientSecret { get; init; }

    /// <summary>Whether it has one; not after it was revoked, until it is rotated.</summary>
    public required bool HasClientSecret { get; init; }

    /// <summary>How many secrets it has had; a higher number in an update rotates.</summary>
    public required int ClientSecretVersion { get; init; }

    /// <summary>Until when the secret before the last rotation counts; null where only the one in force does.</summary>
    public required DateTime? PreviousClientSecretExpiresAt { get; init; }

    public required string Duration { get; init; }

    public required bool Enabled { get; init; }

    /// <summary>Whether it is a canary: nobody may use it, and who tries raises an alarm.</summary>
    public required bool Canary { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    public required DateTime? ExpiresAt { get; init; }

    /// <summary>How soon it expires: <c>30d</c>, <c>7d</c>, <c>1d</c> for within, or <c>expired</c>; null where nobody needs to act.</summary>
    public required string? ExpiryWarning { get; init; }

    public required DateTime? LastSeenAt { get; init; }

    public static ServiceTokenResource Of(ServiceToken token, DateTimeOffset? lastSeen, DateTimeOffset now) => new()
    {
        Id = token.Id,
        Name = token.Name,
        ClientId = token.ClientId,
        HasClientSecret = token.HasSecret,
        ClientSecretVersion = token.SecretVersion,
        PreviousClientSecretExpiresAt = token.HasPreviousSecret(now) ? Rfc3339.Of(token.PreviousSecretExpiresAt!.Value) : null,
        Duration = token.Duration is { } duration ? GoDuration.Format(duration) : Forever,
        Enabled = token.Enabled,
        Canary = token.IsCanary,
        CreatedAt = Rfc3339.Of(token.CreatedAt),
        UpdatedAt = Rfc3339.Of(token.UpdatedAt),
        ExpiresAt = token.ExpiresAt is { } expires ? Rfc3339.Of(expires) : null,
        ExpiryWarning = token.WarningAt(now) switch
        {
            Access.Tokens.ExpiryWarning.Month => "30d",
            Access.Tokens.ExpiryWarning.Week => "7d",
            Access.Tokens.ExpiryWarning.Day => "1d",
            Access.Tokens.ExpiryWarning.Expired => "expired",
            _ => null,
        },
        LastSeenAt = lastSeen is { } seen ? Rfc3339.Of(seen) : null,
    };
}
