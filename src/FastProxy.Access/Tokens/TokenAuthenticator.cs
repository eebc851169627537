using FastProxy.Access.Stores;

namespace FastProxy.Access.Tokens;

/// <summary>Checks a client id and secret against a snapshot. Pure and thread-safe; allocates nothing.</summary>
public static class TokenAuthenticator
{
    // What an unknown client id is compared with, so that it costs what a known one costs.
    private static readonly SecretHash s_nobody = ClientSecret.Create().ToHash();

    /// <summary>
    /// Authenticates. An unknown id, a wrong secret, a previous secret past its time and a canary take the same path and do the same work:
    /// one hash, two comparisons in fixed time. That a token is expired or disabled is told only to who presents a right secret.
    /// </summary>
    public static AuthenticationResult Authenticate(AccessSnapshot snapshot, string clientId, string clientSecret, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(clientId);
        ArgumentNullException.ThrowIfNull(clientSecret);

        // The id is cut before it is hashed for the look-up; a longer one than any token has can only be unknown.
        var bounded = clientId.AsSpan(0, Math.Min(clientId.Length, ClientId.MaximumLength + 1));
        snapshot.TryGetTokenByClientId(bounded, out var token);

        Span<byte> presented = stackalloc byte[SecretHash.Length];
        SecretHash.Hash(clientSecret, presented);
        var mayMatch = token is { IsCanary: false };
        var inLength = clientSecret.Length <= ClientSecret.MaximumLength;
        var previousInForce = token?.PreviousSecretExpiresAt is { } end && now < end;

        var current = (token?.Secret ?? s_nobody).Matches(presented) & inLength & mayMatch;
        var previous = (token?.PreviousSecret ?? s_nobody).Matches(presented) & inLength & mayMatch & previousInForce & token?.PreviousSecret is not null;

        if (!(current | previous))
        {
            return new AuthenticationResult(AuthenticationStatus.Unknown, null, false, token?.Id);
        }

        var status = !token!.Enabled ? AuthenticationStatus.Disabled
            : token.IsExpired(now) ? AuthenticationStatus.Expired
            : AuthenticationStatus.Authenticated;
        return new AuthenticationResult(status, token, !current, token.Id);
    }
}
