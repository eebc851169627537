namespace FastProxy.Access.Tokens;

/// <summary>Makes service tokens. Thread-safe; touches nothing but the random generator.</summary>
public static class ServiceTokenFactory
{
    /// <summary>The lifetime of a token whose creator named none: 8760 hours, one year.</summary>
    public static TimeSpan DefaultDuration { get; } = TimeSpan.FromHours(8760);

    /// <summary>A new token with a new client id and secret. A null <paramref name="duration"/> means for ever.</summary>
    public static IssuedServiceToken Issue(string name, TimeSpan? duration, DateTimeOffset now) =>
        Import(name, ClientId.Create(), ClientSecret.Create(), duration, now);

    /// <summary>A token that takes over a client id and secret issued elsewhere. Whether the client id is valid and free is the store's to check.</summary>
    public static IssuedServiceToken Import(string name, string clientId, ClientSecret secret, TimeSpan? duration, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var token = new ServiceToken
        {
            Id = Guid.NewGuid(),
            Name = name,
            ClientId = clientId,
            Secret = secret.ToHash(),
            CreatedAt = now,
            UpdatedAt = now,
        };
        return new IssuedServiceToken(token.WithDuration(duration, now), secret);
    }
}
