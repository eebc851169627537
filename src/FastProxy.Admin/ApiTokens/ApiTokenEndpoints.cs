using FastProxy.Access.ApiTokens;
using FastProxy.Access.Changes;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using FastProxy.Admin.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.ApiTokens;

/// <summary><c>…/tokens</c> of the account: what administrators and their tools present on the TCP address.</summary>
internal static class ApiTokenEndpoints
{
    private const string Kind = "api_token";

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365 * 100);

    public static void MapApiTokens(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/tokens", CreateAsync);
        routes.MapGet("/tokens", List);
        routes.MapGet("/tokens/verify", Verify);
        routes.MapGet("/tokens/{id}", Get);
        routes.MapDelete("/tokens/{id}", DeleteAsync);
    }

    /// <summary>Tells the bearer of an API token that it is in force.</summary>
    public static IResult Verify(HttpContext http, TimeProvider time) => http.Features.Get<ApiCaller>() is { Token: { } token }
        ? Ok(StatusCodes.Status200OK, token, time)
        : ApiResults.Invalid("the request has no API token: over the admin socket nothing is asked");

    private static async Task<IResult> CreateAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var now = time.GetUtcNow();
        var name = body.RequiredText("name");
        var scope = body.Text("scope") ?? ApiTokenResource.Read;
        if (scope is not (ApiTokenResource.Read or ApiTokenResource.Write))
        {
            body.Fail($"'scope' is neither {ApiTokenResource.Read} nor {ApiTokenResource.Write}");
        }
        if (body.Has("policies"))
        {
            body.Fail("'policies' has no meaning here: say 'scope', read or write");
        }
        var expires = body.Time("expires_on");
        var duration = body.Duration("duration");
        if (expires is not null && duration is not null)
        {
            body.Fail("'expires_on' and 'duration' say the same thing twice: give one of them");
        }
        if (duration <= TimeSpan.Zero || duration > s_longest || expires <= now)
        {
            body.Fail("the API token would not live: its end lies in the past, or more than 100 years ahead");
        }
        // Who has a token for an hour has an hour: no other made with it shall outlive it. Over the socket there is no such end.
        var end = expires ?? now + duration;
        var callersEnd = request.HttpContext.Features.Get<ApiCaller>()?.Token?.ExpiresAt;
        if (end > callersEnd)
        {
            body.Fail($"the API token would outlive the one it is made with, which expires at {callersEnd.Value.UtcDateTime:u}");
        }
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var issued = IssuedApiToken.Create(name, scope == ApiTokenResource.Write ? ApiTokenScope.Write : ApiTokenScope.Read, end ?? callersEnd, now);
        var result = await store.ChangeAsync(snapshot => ApiTokenChanges.Create(snapshot, issued.Token), cancellationToken);
        return result.IsOk
            ? ApiResults.Ok(
                StatusCodes.Status201Created,
                ApiTokenResource.Of(result.Value, now) with { Value = issued.Value.Reveal() },
                ApiJson.Default.ApiEnvelopeApiTokenResource)
            : ApiResults.Failed(result, Kind);
    }

    private static IResult List(HttpRequest request, IAccessStore store, TimeProvider time)
    {
        var now = time.GetUtcNow();
        return ApiResults.List(
            request,
            store.Current.ApiTokens,
            _ => true,
            token => ApiTokenResource.Of(token, now),
            ApiJson.Default.ApiEnvelopeIReadOnlyListApiTokenResource);
    }

    private static IResult Get(string id, IAccessStore store, TimeProvider time) =>
        Guid.TryParse(id, out var guid) && store.Current.ApiTokens.FirstOrDefault(token => token.Id == guid) is { } token
            ? Ok(StatusCodes.Status200OK, token, time)
            : ApiResults.NotFound(Kind);

    private static async Task<IResult> DeleteAsync(string id, IAccessStore store, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid))
        {
            return ApiResults.NotFound(Kind);
        }
        var result = await store.ChangeAsync(snapshot => ApiTokenChanges.Delete(snapshot, guid), cancellationToken);
        return result.IsOk
            ? ApiResults.Ok(StatusCodes.Status200OK, new DeletedResource(guid), ApiJson.Default.ApiEnvelopeDeletedResource)
            : ApiResults.Failed(result, Kind);
    }

    private static IResult Ok(int status, ApiToken token, TimeProvider time) =>
        ApiResults.Ok(status, ApiTokenResource.Of(token, time.GetUtcNow()), ApiJson.Default.ApiEnvelopeApiTokenResource);
}
