using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FastProxy.Hosting.Metrics;

/// <summary>The three answers: metrics, alive, ready. One line each but the first; nothing is kept between requests.</summary>
internal sealed class MetricsApplication(IServiceStatus status) : IHttpApplication<HttpContext>
{
    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>How long a question about the store may take before that is the answer.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return AnswerAsync(context, StatusCodes.Status405MethodNotAllowed, PlainText, "GET and HEAD are served here\n");
        }

        return request.Path.Value switch
        {
            "/metrics" => AnswerAsync(context, StatusCodes.Status200OK, MetricsText.ContentType, Metrics()),
            "/healthz" => AnswerAsync(context, StatusCodes.Status200OK, PlainText, "ok\n"),
            "/readyz" => AnswerReadyAsync(context),
            _ => AnswerAsync(context, StatusCodes.Status404NotFound, PlainText, "/metrics, /healthz and /readyz are served here\n"),
        };
    }

    private string Metrics()
    {
        var text = new MetricsText();
        ProcessMetrics.Write(text);
        status.Write(text);
        return text.ToString();
    }

    private async Task AnswerReadyAsync(HttpContext context)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        deadline.CancelAfter(s_patience);
        string? why;
        try
        {
            why = await status.WhyNotReadyAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            why = $"no answer from the store within {s_patience.TotalSeconds:0} s";
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await (why is null
            ? AnswerAsync(context, StatusCodes.Status200OK, PlainText, "ready\n")
            : AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, PlainText, why + "\n"));
    }

    private static async Task AnswerAsync(HttpContext context, int statusCode, string contentType, string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        var response = context.Response;
        response.StatusCode = statusCode;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        try
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // It went away in the middle of the answer.
        }
    }
}
