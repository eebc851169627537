using System.Globalization;
using System.Text.Json;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Gateway.Http;

/// <summary>
/// Answers a machine: status, reason code, request id, a small JSON body with its length, and the end of the connection. Never a
/// redirect, and complete at once: a stock client waits for ever for a body whose length it does not know.
/// </summary>
internal static class RefusalWriter
{
    public static async Task WriteAsync(HttpContext context, Refusal refusal, string requestId)
    {
        var status = refusal.Code.ToHttpStatus();
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new RefusalBody(new RefusalBodyError(refusal.Code.ToName(), refusal.Message, requestId)),
            RefusalJson.Default.RefusalBody);
        var response = context.Response;
        response.StatusCode = status;
        var headers = response.Headers;
        headers.ContentType = "application/json";
        headers.ContentLength = body.Length;
        headers.Connection = "close";
        headers.CacheControl = "no-store";
        headers[StreamProtocol.ErrorHeader] = refusal.Code.ToName();
        SetRequestId(headers, requestId);
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }

        // Out with it: what is done with the request from here on must not show in the time of the answer.
        await response.CompleteAsync();
    }

    public static void SetRequestId(IHeaderDictionary headers, string requestId)
    {
        headers["Cf-Ray"] = requestId;
        headers[StreamProtocol.RequestHeader] = requestId;
    }
}
