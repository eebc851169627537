using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastProxy.Transport.Dialing;

namespace FastProxy.Client.Connecting;

/// <summary>The application a user named with <c>--hostname</c>: host, port, path and query, and whether TLS is spoken. Immutable.</summary>
public sealed record AppUrl
{
    private AppUrl(string host, int port, string pathAndQuery, bool secure)
    {
        Host = host;
        Port = port;
        PathAndQuery = pathAndQuery;
        Secure = secure;
    }

    /// <summary>Host name (punycode) or IP literal, IPv6 without brackets.</summary>
    public string Host { get; }

    /// <summary>1 to 65535.</summary>
    public int Port { get; }

    /// <summary>From the slash on.</summary>
    public string PathAndQuery { get; }

    /// <summary>Whether TLS is spoken.</summary>
    public bool Secure { get; }

    /// <summary>Value of the Host header: with brackets around IPv6, and with the port where it is not the scheme's own.</summary>
    public string Authority
    {
        get
        {
            var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
            return Port == (Secure ? 443 : 80) ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{Port}");
        }
    }

    /// <summary>HOST[/path], as <c>FastProxy-Open</c> names applications: no port, no query, no bare slash.</summary>
    public string App
    {
        get
        {
            var query = PathAndQuery.IndexOf('?', StringComparison.Ordinal);
            var path = (query < 0 ? PathAndQuery : PathAndQuery[..query]).TrimEnd('/');
            return (Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host) + path;
        }
    }

    /// <summary>The application of another host and path, behind the same scheme and port.</summary>
    /// <param name="host">A host name in lower case.</param>
    /// <param name="pathAndQuery">From the slash on.</param>
    public AppUrl WithHost(string host, string pathAndQuery = "/") => new(host, Port, pathAndQuery, Secure);

    /// <summary>
    /// Reads <c>h</c>, <c>h:8443</c>, <c>[::1]:8080</c>, <c>::1</c>, <c>https://h/path?q</c>. The scheme becomes https except where
    /// <paramref name="plain"/> says otherwise; international names become punycode; port, path and query are kept.
    /// </summary>
    /// <param name="hostname">As typed.</param>
    /// <param name="plain">When <c>http://</c> is meant.</param>
    /// <param name="url">The result; null on failure.</param>
    /// <param name="error">On failure: why, in a few words.</param>
    public static bool TryParse(
        string? hostname, PlainHttp plain, [NotNullWhen(true)] out AppUrl? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        var text = hostname?.Trim();
        if (string.IsNullOrEmpty(text) || text.StartsWith('-'))
        {
            // A value that starts with a dash is the next flag: "--hostname --id X".
            error = "hostname is missing";
            return false;
        }

        var secure = !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        var rest = !secure ? text[7..] : text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? text[8..] : text;
        if (IPAddress.TryParse(rest, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 && !rest.StartsWith('['))
        {
            rest = $"[{rest}]";
        }

        if (!Uri.TryCreate((secure ? "https://" : "http://") + rest, UriKind.Absolute, out var uri) || uri.IdnHost.Length == 0 || uri.Port <= 0)
        {
            error = "it is not a host name or URL";
            return false;
        }

        if (uri.UserInfo.Length > 0)
        {
            error = "a user name or password has no place in it";
            return false;
        }

        var host = uri.IdnHost.TrimEnd('.');
        var meant = plain == PlainHttp.Always || (plain == PlainHttp.Loopback && HostNames.IsLoopback(host));
        var port = !secure && !meant && uri.IsDefaultPort ? 443 : uri.Port;
        url = new AppUrl(host, port, uri.PathAndQuery, secure || !meant);
        error = null;
        return true;
    }
}
