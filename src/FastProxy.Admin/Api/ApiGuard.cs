using FastProxy.Access.Stores;
using FastProxy.Admin.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FastProxy.Admin.Api;

/// <summary>Around every request: whatever happens, the caller gets an envelope, and a change by whoever may make one is one line of the log.</summary>
internal sealed class ApiGuard(RequestDelegate next, IAccessStore store, ILogger<ApiGuard> logger)
{
    // Longer than any path of this API with two ids in it.
    private const int LongestPath = 256;

    /// <summary>Answers a request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var before = store.Current;
        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null })
            {
                await ApiResults.ForStatus(http.Response.StatusCode).ExecuteAsync(http);
            }
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            // Far too long, cut off, or too slow; the server closes the connection where it cannot go on.
            await ApiResults.Invalid("the body cannot be read", e.StatusCode).ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone: nobody reads an answer.
            return;
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            AdminLog.RequestFailed(logger, e, http.Request.Method, PathOf(http));
            await ApiResults.ForStatus(StatusCodes.Status500InternalServerError).ExecuteAsync(http);
        }
        // Not of strangers, who could fill the disk with what they ask for.
        if (http.Features.Get<ApiCaller>() is { } caller && !BearerAuthentication.OnlyReads(http))
        {
            string?[] names = [ChangedObject.NameOf(before, http.Request.Path), http.Features.Get<INamedResource>()?.Name];
            var name = string.Join('/', names.Where(name => name is not null));
            AdminLog.Change(logger, http.Request.Method, PathOf(http), name.Length > 0 ? name : "-", caller.ToString(), http.Response.StatusCode);
        }
    }

    private static string PathOf(HttpContext http)
    {
        var path = http.Request.Path.ToString();
        return path.Length > LongestPath ? $"{path.AsSpan(0, LongestPath)}…" : path;
    }
}
