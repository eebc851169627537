using System.Net;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;
using FastProxy.Gateway.Http;

namespace FastProxy.Gateway.Sessions;

/// <summary>Who is on a connection, as far as the gateway has verified it.</summary>
/// <param name="Token">The token whose secret was presented; null for none.</param>
/// <param name="UsedPreviousSecret">Whether it was the secret before the last rotation.</param>
/// <param name="Address">The peer's address; null: not known.</param>
/// <param name="UserAgent">What the client calls itself.</param>
internal sealed record Caller(ServiceToken? Token, bool UsedPreviousSecret, IPAddress? Address, string? UserAgent)
{
    /// <summary>The client id that was presented, for the log: proved where there is a <see cref="Token"/>, else a claim. Null for none, and for what has not the form of one.</summary>
    public string? ClientId { get; init; }

    /// <summary>The token whose secret was presented although it is switched off or has expired; for the log.</summary>
    public ServiceToken? LapsedToken { get; init; }

    /// <summary>The caller's country; not known unless a trusted proxy says it.</summary>
    public CountryCode Country { get; init; }

    /// <summary>What the connection showed; null for nothing.</summary>
    public PresentedCertificate? Presented { get; init; }

    /// <summary>What of it counts for the host that is asked for. See <see cref="For"/>.</summary>
    public ClientCertificate? Certificate { get; private init; }

    /// <summary>Whom a bastion says the session is for. Logged, never decided on.</summary>
    public string? Claim { get; init; }

    /// <summary>The same caller, asking for a host.</summary>
    public Caller For(RequestTarget target) => Presented is null ? this : this with { Certificate = Presented.For(target.Host) };
}
