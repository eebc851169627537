using FastProxy.Access.Applications;
using FastProxy.Access.Tokens;

namespace FastProxy.Admin.ServiceTokens;

/// <summary>An application with policies about a service token.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Domain">Its first domain.</param>
/// <param name="Admits">Whether one of the policies may admit the token.</param>
/// <param name="LiveSessions">Sessions of the token that are open now.</param>
/// <param name="Policies">The policies, in order of precedence.</param>
internal sealed record TokenApplicationResource(
    Guid Id, string Name, string Domain, bool Admits, int LiveSessions, IReadOnlyList<TokenPolicyResource> Policies)
{
    public static TokenApplicationResource Of(Application application, IReadOnlyList<TokenPolicy> policies, int sessions) => new(
        application.Id,
        application.Name,
        application.Domains[0].ToString(),
        policies.Any(policy => policy.Admits),
        sessions,
        [.. policies.Select(TokenPolicyResource.Of)]);
}
