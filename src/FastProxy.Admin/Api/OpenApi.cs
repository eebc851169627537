using Microsoft.AspNetCore.Http;

namespace FastProxy.Admin.Api;

/// <summary><c>/openapi.json</c>: the description of this API, as it is in the repository.</summary>
internal static class OpenApi
{
    /// <summary>The name of the embedded document.</summary>
    public const string ResourceName = "FastProxy.Admin.openapi.json";

    private static readonly byte[] s_document = Read();

    /// <summary>Answers with the document.</summary>
    public static async Task GetAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = s_document.Length;
        await http.Response.Body.WriteAsync(s_document, http.RequestAborted);
    }

    private static byte[] Read()
    {
        using var stream = typeof(OpenApi).Assembly.GetManifestResourceStream(ResourceName)!;
        var document = new byte[stream.Length];
        stream.ReadExactly(document);
        return document;
    }
}
