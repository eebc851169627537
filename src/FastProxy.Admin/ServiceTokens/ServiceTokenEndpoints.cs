using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;
using FastProxy.Admin.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.ServiceTokens;

/// <summary><c>…/access/service_tokens</c>.</summary>
internal static class ServiceTokenEndpoints
{
    private const string Kind = "service_token";

    // 292 years is what Go's duration holds; the end of such a token must still be a date that every client can write.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365 * 100);

    public static void MapServiceTokens(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/service_tokens", CreateAsync);
        routes.MapGet("/service_tokens", List);
        routes.MapGet("/service_tokens/{id}", Get);
        routes.MapPut("/service_tokens/{id}", UpdateAsync);
        routes.MapDelete("/service_tokens/{id}", DeleteAsync);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var name = body.RequiredText("name");
        var duration = body.Has("duration") ? Duration(body) : ServiceTokenFactory.DefaultDuration;
        RefuseRotation(body, 1);
        if (body.Error is { } error)
        {
            return ApiResults.Invalid(error);
        }
        var issued = ServiceTokenFactory.Issue(name, duration, time.GetUtcNow());
        var result = await store.CreateTokenAsync(issued.Token, cancellationToken);
        return result.IsOk
            ? ApiResults.Ok(
                StatusCodes.Status201Created,
                ServiceTokenResource.Of(result.Value, null) with { ClientSecret = issued.Secret.Reveal() },
                ApiJson.Default.ApiEnvelopeServiceTokenResource)
            : ApiResults.Failed(result, Kind);
    }

    private static IResult List(HttpRequest request, IAccessStore store) => ApiResults.List(
        request,
        store.Current.Tokens,
        token => ServiceTokenResource.Of(token, store.LastSeen(token.Id)),
        ApiJson.Default.ApiEnvelopeIReadOnlyListServiceTokenResource);

    private static IResult Get(string id, IAccessStore store) =>
        Guid.TryParse(id, out var guid) && store.Current.TryGetToken(guid, out var token) ? Ok(token, store) : ApiResults.NotFound(Kind);

    private static async Task<IResult> UpdateAsync(
        string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid) || !store.Current.TryGetToken(guid, out var known))
        {
            return ApiResults.NotFound(Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var name = body.Text("name");
        var enabled = body.Flag("enabled");
        var changesDuration = body.Has("duration");
        var duration = Duration(body);
        RefuseRotation(body, known.SecretVersion);
        if (body.Error is { } error)
        {
            return ApiResults.Invalid(error);
        }
        var result = await store.UpdateTokenAsync(guid, Change, cancellationToken);
        return result.IsOk ? Ok(result.Value, store) : ApiResults.Failed(result, Kind);

        ServiceToken Change(ServiceToken token)
        {
            // A new duration starts now; the old one written again is a new one too.
            var changed = changesDuration ? token.WithDuration(duration, time.GetUtcNow()) : token;
            return changed with { Name = name ?? token.Name, Enabled = enabled ?? token.Enabled };
        }
    }

    private static async Task<IResult> DeleteAsync(string id, IAccessStore store, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid))
        {
            return ApiResults.NotFound(Kind);
        }
        var result = await store.DeleteTokenAsync(guid, cancellationToken);
        return result.IsOk ? Ok(result.Value, store) : ApiResults.Failed(result, Kind);
    }

    private static IResult Ok(ServiceToken token, IAccessStore store) => ApiResults.Ok(
        StatusCodes.Status200OK, ServiceTokenResource.Of(token, store.LastSeen(token.Id)), ApiJson.Default.ApiEnvelopeServiceTokenResource);

    // Null is for ever.
    private static TimeSpan? Duration(ApiBody body)
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

    // Better no rotation than one that is believed to have happened.
    private static void RefuseRotation(ApiBody body, int version)
    {
        if (body.Has("previous_client_secret_expires_at") || (body.Count("client_secret_version") ?? version) != version)
        {
            body.Fail("secrets are not rotated by this version: create a second token, move the clients over, revoke the first");
        }
    }
}
