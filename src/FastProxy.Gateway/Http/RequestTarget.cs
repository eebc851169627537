using Microsoft.AspNetCore.Http;

namespace FastProxy.Gateway.Http;

/// <summary>Where a request wants to go: host without port, and path without query.</summary>
internal readonly record struct RequestTarget(string Host, string Path)
{
    public static RequestTarget Of(HttpRequest request) => new(request.Host.Host, request.Path.HasValue ? request.Path.Value! : "/");

    /// <summary>Reads <c>HOST[:PORT][/path]</c>, as an <c>open</c> names its application.</summary>
    public static RequestTarget Parse(string app)
    {
        var slash = app.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? app : app[..slash];
        return new RequestTarget(new HostString(authority).Host, slash < 0 ? "/" : app[slash..]);
    }
}
