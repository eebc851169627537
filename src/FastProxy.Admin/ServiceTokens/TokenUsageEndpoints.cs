using FastProxy.Access.Changes;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;
using FastProxy.Admin.Api;
using FastProxy.Gateway.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FastProxy.Admin.ServiceTokens;

/// <summary>What Cloudflare has no path for: what uses a service token, and its revocation in one step.</summary>
internal static class TokenUsageEndpoints
{
    private const string Kind = "service_token";

    public static void MapTokenUsage(this IEndpointRouteBuilder routes, ILiveSessions? sessions)
    {
        routes.MapGet("/service_tokens/{id}/usage", (string id, IAccessStore store) => Usage(id, store, sessions));
        routes.MapPost(
            "/service_tokens/{id}/revoke",
            (string id, HttpRequest request, IAccessStore store, TimeProvider time, CancellationToken cancellationToken) =>
                RevokeAsync(id, request, store, time, sessions, cancellationToken));
    }

    private static IResult Usage(string id, IAccessStore store, ILiveSessions? sessions)
    {
        var snapshot = store.Current;
        return Guid.TryParse(id, out var guid) && snapshot.TryGetToken(guid, out _)
            ? ApiResults.Ok(
                StatusCodes.Status200OK,
                TokenUsageResource.Of(TokenUsage.Of(snapshot, guid), store.LastSeen(guid), Count(sessions, guid)),
                ApiJson.Default.ApiEnvelopeTokenUsageResource)
            : ApiResults.NotFound(Kind);
    }

    private static async Task<IResult> RevokeAsync(
        string id, HttpRequest request, IAccessStore store, TimeProvider time, ILiveSessions? sessions, CancellationToken cancellationToken)
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
        // Looked at before: what is over afterwards is what whoever revokes wants to know.
        var (lastSeen, live) = (store.LastSeen(guid), Count(sessions, guid));
        var result = await store.ChangeAsync(snapshot => TokenChanges.Revoke(snapshot, guid, time.GetUtcNow()), cancellationToken);
        if (!result.IsOk)
        {
            return ApiResults.Failed(result, Kind);
        }
        var (token, usage, namedBy) = result.Value;
        return ApiResults.Ok(
            StatusCodes.Status200OK,
            new TokenRevocationResource(token.Id, token.Name, namedBy.IsEmpty, namedBy, TokenUsageResource.Of(usage, lastSeen, live)),
            ApiJson.Default.ApiEnvelopeTokenRevocationResource);
    }

    private static IReadOnlyDictionary<Guid, int> Count(ILiveSessions? sessions, Guid tokenId) =>
        sessions?.CountByApplication(tokenId) ?? new Dictionary<Guid, int>();
}
