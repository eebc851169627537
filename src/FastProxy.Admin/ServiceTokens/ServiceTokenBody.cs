using FastProxy.Access.Tokens;
using FastProxy.Admin.Api;

namespace FastProxy.Admin.ServiceTokens;

/// <summary>What a request says of a service token; a field it does not have is null.</summary>
internal sealed record ServiceTokenBody
{
    // 292 years is what Go's duration holds; the end of such a token must still be a date that every client can write.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365 * 100);

    // Every rotation counts on from the number that is given: it must not begin where the numbers end.
    private const int MaximumSecretVersion = 1_000_000;

    private ServiceTokenBody()
    {
    }

    public string? Name { get; private init; }

    /// <summary>Whether the request speaks of a duration, which may be for ever.</summary>
    public bool HasDuration { get; private init; }

    /// <summary>The duration; null for ever.</summary>
    public TimeSpan? Duration { get; private init; }

    public bool? Enabled { get; private init; }

    /// <summary>Whether it is a canary.</summary>
    public bool? Canary { get; private init; }

    public int? SecretVersion { get; private init; }

    /// <summary>Until when the secret before a rotation stays valid.</summary>
    public DateTimeOffset? OverlapUntil { get; private init; }

    /// <summary>A client id that is taken over from elsewhere, together with <see cref="Secret"/>.</summary>
    public string? ClientId { get; private init; }

    /// <summary>The secret that is taken over.</summary>
    public ClientSecret? Secret { get; private init; }

    /// <summary>Reads a request; what is wrong with it is noted in <paramref name="body"/>.</summary>
    public static ServiceTokenBody Read(ApiBody body) => new()
    {
        Name = body.Text("name"),
        HasDuration = body.Has("duration"),
        Duration = ReadDuration(body),
        Enabled = body.Flag("enabled"),
        Canary = body.Flag("canary"),
        SecretVersion = ReadVersion(body),
        OverlapUntil = body.Time("previous_client_secret_expires_at"),
    };

    /// <summary>Reads the request for a new token, which may take over a client id and secret.</summary>
    public static ServiceTokenBody ReadNew(ApiBody body)
    {
        body.RequiredText("name");
        var (id, secret) = (body.Text("client_id"), body.Text("client_secret"));
        ClientSecret? imported = null;
        if (id is null != secret is null)
        {
            body.Fail("'client_id' and 'client_secret' are taken over together or not at all");
        }
        else if (id is not null && !Access.Tokens.ClientId.IsValid(id))
        {
            body.Fail("'client_id' is not 32 lower-case hex digits and '.access'");
        }
        else if (secret is not null && !ClientSecret.TryImport(secret, out imported, out var error))
        {
            body.Fail(error);
        }
        return Read(body) with { ClientId = id, Secret = imported };
    }

    private static int? ReadVersion(ApiBody body)
    {
        var version = body.Count("client_secret_version");
        if (version > MaximumSecretVersion)
        {
            body.Fail($"'client_secret_version' is beyond {MaximumSecretVersion}");
        }
        return version;
    }

    private static TimeSpan? ReadDuration(ApiBody body)
    {
        if (body.Text("duration") is ServiceTokenResource.Forever)
        {
            return null;
        }
        var duration = body.Duration("duration");
        if (duration <= TimeSpan.Zero || duration > s_longest)
        {
            body.Fail("'duration' is not between 1ns and 100 years; write forever for a token that does not expire");
        }
        return duration;
    }
}
