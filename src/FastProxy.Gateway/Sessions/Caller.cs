using System.Net;
using FastProxy.Access.Tokens;

namespace FastProxy.Gateway.Sessions;

/// <summary>Who is on a connection, as far as the gateway has verified it.</summary>
/// <param name="Token">The token whose secret was presented; null for none.</param>
/// <param name="UsedPreviousSecret">Whether it was the secret before the last rotation.</param>
/// <param name="Address">The peer's address; null: not known.</param>
/// <param name="UserAgent">What the client calls itself.</param>
internal sealed record Caller(ServiceToken? Token, bool UsedPreviousSecret, IPAddress? Address, string? UserAgent)
{
    /// <summary>Whom a bastion says the session is for. Logged, never decided on.</summary>
    public string? Claim { get; init; }
}
