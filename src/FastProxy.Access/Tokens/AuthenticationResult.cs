namespace FastProxy.Access.Tokens;

/// <summary>The answer to a client id and secret.</summary>
/// <param name="Status">How it ended; <c>default</c> is <see cref="AuthenticationStatus.Unknown"/>.</param>
/// <param name="Token">The token whose right secret was presented; null for <see cref="AuthenticationStatus.Unknown"/>. Admit only on <see cref="AuthenticationStatus.Authenticated"/>.</param>
/// <param name="UsedPreviousSecret">Whether it was the secret before the last rotation: a client that still has to be updated.</param>
/// <param name="ClaimedTokenId">The token whose client id was named, right secret or not; for the decision log only, never for the answer.</param>
public readonly record struct AuthenticationResult(
    AuthenticationStatus Status,
    ServiceToken? Token,
    bool UsedPreviousSecret,
    Guid? ClaimedTokenId);
