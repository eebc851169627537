using FastProxy.Access.ApiTokens;
using FastProxy.Access.Stores;
using FastProxy.Admin.Api;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Admin.Authentication;

/// <summary>
/// Lets a request through from the admin socket, or with the API token that its method takes. Before anything else of the request is
/// looked at: a stranger costs one hash.
/// </summary>
internal sealed class BearerAuthentication(RequestDelegate next, IAccessStore store, TimeProvider time)
{
    private const string Scheme = "Bearer ";

    /// <summary>Passes a request on, or answers it.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Features.Get<ApiCaller>() is { IsOnSocket: true } || http.GetEndpoint()?.Metadata.GetMetadata<NoToken>() is not null)
        {
            return next(http);
        }
        // RFC 6750 section 2.1. One header: of two nobody could say which is meant.
        var header = http.Request.Headers.Authorization;
        if (header is not [{ } credentials] || !credentials.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return RefuseAsync(http, ApiResults.Unauthenticated("an API token is needed: Authorization: Bearer TOKEN (fastproxy api-token create NAME)"));
        }
        // Unknown and expired are told in one sentence: it is no business of a stranger which tokens there were.
        if (!store.Current.TryGetApiTokenByValue(credentials.AsSpan(Scheme.Length).Trim(), out var token) || token.IsExpired(time.GetUtcNow()))
        {
            return RefuseAsync(http, ApiResults.Unauthenticated("the API token is not known or has expired"));
        }
        if (token.Scope != ApiTokenScope.Write && !OnlyReads(http))
        {
            return RefuseAsync(http, ApiResults.Unauthorized($"the API token '{token.Name}' may read and not change anything"));
        }
        http.Features.Set(new ApiCaller(token));
        return next(http);
    }

    /// <summary>Whether the request looks at things and changes none.</summary>
    public static bool OnlyReads(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method)
        || HttpMethods.IsHead(http.Request.Method)
        || http.GetEndpoint()?.Metadata.GetMetadata<ReadsOnly>() is not null;

    private static Task RefuseAsync(HttpContext http, IResult refusal)
    {
        // A body may still come; nothing more of this connection is read than it takes to answer.
        http.Response.Headers.Connection = "close";
        return refusal.ExecuteAsync(http);
    }
}
