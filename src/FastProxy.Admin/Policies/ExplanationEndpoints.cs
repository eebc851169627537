using System.Net;
using FastProxy.Access.Applications;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;
using FastProxy.Admin.Api;
using FastProxy.Admin.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.Policies;

/// <summary>
/// <c>…/access/explain</c>: what would be decided for a caller, and why. Nothing is authenticated: the token counts as if its right secret
/// had been presented, the email as if its owner had signed in.
/// </summary>
internal static class ExplanationEndpoints
{
    public static void MapExplanations(this IEndpointRouteBuilder routes) => routes.MapPost("/explain", ExplainAsync).WithMetadata(ReadsOnly.Instance);

    private static async Task<IResult> ExplainAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var snapshot = store.Current;
        var application = Application(body, snapshot);
        var token = Token(body, snapshot, time.GetUtcNow());
        if (body.Text("ip") is { } ip && !IPAddress.TryParse(ip, out _))
        {
            body.Fail($"'{ip}' is no address");
        }
        if (body.Text("country") is { } text && !CountryCode.TryParse(text, out _))
        {
            body.Fail($"'{text}' is no country: two letters of ISO 3166-1, such as PT");
        }
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var asked = new AccessRequest(application!, token, IPAddress.TryParse(body.Text("ip"), out var address) ? address : null)
        {
            Country = CountryCode.TryParse(body.Text("country"), out var country) ? country : default,
            Certificate = body.Text("common_name") is { } name ? new ClientCertificate(name, DateTimeOffset.MaxValue) : null,
            Identity = body.Text("email") is { } email ? new Identity { Email = email, ProviderId = Guid.Empty } : null,
        };
        var explanation = PolicyExplainer.Explain(snapshot, in asked);
        return ApiResults.Ok(StatusCodes.Status200OK, ExplanationResource.Of(application!, explanation), ApiJson.Default.ApiEnvelopeExplanationResource);
    }

    private static Application? Application(ApiBody body, AccessSnapshot snapshot)
    {
        var domain = body.RequiredText("domain");
        var slash = domain.IndexOf('/', StringComparison.Ordinal);
        var (host, path) = slash < 0 ? (domain, "/") : (domain[..slash], domain[slash..]);
        if (!snapshot.TryFindApplication(new HostString(host).Host, path, out var application))
        {
            body.Fail($"no application is reached at {domain}");
        }
        return application;
    }

    private static ServiceToken? Token(ApiBody body, AccessSnapshot snapshot, DateTimeOffset now)
    {
        ServiceToken? token = null;
        if (body.Text("token_id") is { } id && (!Guid.TryParse(id, out var guid) || !snapshot.TryGetToken(guid, out token)))
        {
            body.Fail($"there is no service token with the id {id}");
        }
        if (body.Text("client_id") is { } clientId && !snapshot.TryGetTokenByClientId(clientId, out token))
        {
            body.Fail($"there is no service token with the client id {clientId}");
        }
        if (token is { IsCanary: true })
        {
            body.Fail($"the service token '{token.Name}' is a canary: it is always refused, before any policy is asked");
        }
        else if (token is { Enabled: false } || token?.IsExpired(now) == true)
        {
            body.Fail($"the service token '{token.Name}' {(token.Enabled ? "has expired" : "is switched off")}: it is refused before any policy is asked");
        }
        else if (token is { HasSecret: false })
        {
            body.Fail($"the service token '{token.Name}' has no secret: nobody can present it until it is rotated");
        }

        return token;
    }
}
