using System.Net;
using FastProxy.Access.Applications;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;

namespace FastProxy.Access.Decisions;

/// <summary>Who asks for what: every fact a decision may use, gathered and verified before it.</summary>
/// <param name="Application">The application the request's host and path lead to.</param>
/// <param name="Token">The token that was authenticated, never merely claimed; null: none.</param>
/// <param name="Address">The caller's address; null: not known (it came through a proxy that is not trusted).</param>
public readonly record struct AccessRequest(Application Application, ServiceToken? Token, IPAddress? Address)
{
    /// <summary>The caller's country. Defaults to not known.</summary>
    public CountryCode Country { get; init; }

    /// <summary>The client certificate, verified and in its time; null: none was asked for or shown.</summary>
    public ClientCertificate? Certificate { get; init; }

    /// <summary>Who signed in, verified; null: nobody. It says nothing of a request that has a <see cref="Token"/>.</summary>
    public Identity? Identity { get; init; }

    /// <summary>The application for which a token on the request was issued, verified; null: no such token.</summary>
    public Guid? LinkedApplicationId { get; init; }
}
