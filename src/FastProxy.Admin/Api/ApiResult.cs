using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Admin.Api;

/// <summary>An answer: a status and an envelope, written at once with its <c>Content-Length</c>.</summary>
internal sealed class ApiResult<T>(int status, ApiEnvelope<T> envelope, JsonTypeInfo<ApiEnvelope<T>> type) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (status == StatusCodes.Status201Created && envelope.Result is INamedResource created)
        {
            httpContext.Features.Set(created);
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(envelope, type);
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = "application/json";
        httpContext.Response.ContentLength = body.Length;
        // An answer may show a secret, once.
        httpContext.Response.Headers.CacheControl = "no-store";
        await httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
