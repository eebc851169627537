using FastProxy.Access.Changes;
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

    public static void MapServiceTokens(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/service_tokens", CreateAsync);
        routes.MapGet("/service_tokens", List);
        routes.MapGet("/service_tokens/{id}", Get);
        routes.MapPut("/service_tokens/{id}", UpdateAsync);
        routes.MapDelete("/service_tokens/{id}", DeleteAsync);
        routes.MapPost("/service_tokens/{id}/refresh", RefreshAsync);
        routes.MapPost("/service_tokens/{id}/rotate", RotateAsync);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var given = ServiceTokenBody.ReadNew(body);
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var issued = ServiceTokenFactory.Import(
            given.Name!,
            given.ClientId ?? ClientId.Create(),
            given.Secret ?? ClientSecret.Create(),
            given.HasDuration ? given.Duration : ServiceTokenFactory.DefaultDuration,
            time.GetUtcNow());
        var token = issued.Token with { Enabled = given.Enabled ?? true, IsCanary = given.Canary ?? false, SecretVersion = given.SecretVersion ?? 1 };
        var result = await store.CreateTokenAsync(token, cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status201Created, result.Value, store, time, issued.Secret) : ApiResults.Failed(result, Kind);
    }

    private static IResult List(HttpRequest request, IAccessStore store, TimeProvider time)
    {
        var (name, search, now) = (request.Filter("name"), request.Filter("search"), time.GetUtcNow());
        return ApiResults.List(
            request,
            store.Current.Tokens,
            token => (name is null || token.Name == name) && ApiQuery.Finds(search, token.Name, token.ClientId),
            token => ServiceTokenResource.Of(token, store.LastSeen(token.Id), now),
            ApiJson.Default.ApiEnvelopeIReadOnlyListServiceTokenResource);
    }

    private static IResult Get(string id, IAccessStore store, TimeProvider time) =>
        Guid.TryParse(id, out var guid) && store.Current.TryGetToken(guid, out var token)
            ? Ok(StatusCodes.Status200OK, token, store, time)
            : ApiResults.NotFound(Kind);

    private static async Task<IResult> UpdateAsync(
        string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid) || !store.Current.TryGetToken(guid, out var known))
        {
            return ApiResults.NotFound(Kind);
        }
        var body = await ApiBody.ReadAsync(request, cancellationToken);
        var given = ServiceTokenBody.Read(body);
        if (given.SecretVersion < known.SecretVersion)
        {
            body.Fail($"'client_secret_version' is {known.SecretVersion} already; a higher one rotates the secret");
        }
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        ClientSecret? secret = null;
        var result = await store.ChangeAsync(Plan, cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status200OK, result.Value, store, time, secret) : ApiResults.Failed(result, Kind);

        AccessChange<ServiceToken> Plan(AccessSnapshot snapshot) =>
            snapshot.TryGetToken(guid, out var token) && given.SecretVersion > token.SecretVersion
            && TokenChanges.CheckOverlap(token, given.OverlapUntil, time.GetUtcNow()) is { } error
                ? ContentChanges.Refuse<ServiceToken>(error)
                : TokenChanges.Update(snapshot, guid, Change, time.GetUtcNow());

        ServiceToken Change(ServiceToken token)
        {
            var now = time.GetUtcNow();
            // A new duration starts now; the old one written again is a new one too.
            var changed = given.HasDuration ? token.WithDuration(given.Duration, now) : token;
            changed = changed with { Name = given.Name ?? token.Name, Enabled = given.Enabled ?? token.Enabled, IsCanary = given.Canary ?? token.IsCanary };
            if (given.SecretVersion > token.SecretVersion)
            {
                secret = ClientSecret.Create();
                return changed.Rotated(secret.ToHash(), given.OverlapUntil, given.SecretVersion.Value, now);
            }
            return given.OverlapUntil is { } end ? changed.WithOverlapUntil(end, now) : changed;
        }
    }

    private static async Task<IResult> DeleteAsync(string id, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid))
        {
            return ApiResults.NotFound(Kind);
        }
        var result = await store.DeleteTokenAsync(guid, cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status200OK, result.Value, store, time) : ApiResults.Failed(result, Kind);
    }

    private static async Task<IResult> RefreshAsync(
        string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid))
        {
            return ApiResults.NotFound(Kind);
        }
        var body = await ApiBody.ReadOptionalAsync(request, cancellationToken);
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var result = await store.UpdateTokenAsync(guid, token => token.Refreshed(time.GetUtcNow()), cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status200OK, result.Value, store, time) : ApiResults.Failed(result, Kind);
    }

    private static async Task<IResult> RotateAsync(
        string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid))
        {
            return ApiResults.NotFound(Kind);
        }
        var body = await ApiBody.ReadOptionalAsync(request, cancellationToken);
        var overlapUntil = body.Time("previous_client_secret_expires_at");
        // By this clock, whatever the caller's says.
        var overlap = body.Duration("previous_client_secret_overlap");
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }
        var secret = ClientSecret.Create();
        var result = await store.ChangeAsync(
            snapshot => TokenChanges.Rotate(snapshot, guid, secret.ToHash(), time.GetUtcNow() + overlap ?? overlapUntil, time.GetUtcNow()), cancellationToken);
        return result.IsOk ? Ok(StatusCodes.Status200OK, result.Value, store, time, secret) : ApiResults.Failed(result, Kind);
    }

    private static IResult Ok(int status, ServiceToken token, IAccessStore store, TimeProvider time, ClientSecret? secret = null) => ApiResults.Ok(
        status,
        ServiceTokenResource.Of(token, store.LastSeen(token.Id), time.GetUtcNow()) with { ClientSecret = secret?.Reveal() },
        ApiJson.Default.ApiEnvelopeServiceTokenResource);
}
