using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Transport.Dialing;

/// <summary>One proxy. Its credentials are used and never printed.</summary>
internal sealed class ProxyEndpoint
{
    private ProxyEndpoint(ProxyScheme scheme, DialTarget target, string? userName, string? password)
    {
        Scheme = scheme;
        Target = target;
        UserName = userName;
        Password = password;
    }

    public ProxyScheme Scheme { get; }

    public DialTarget Target { get; }

    public string? UserName { get; }

    public string? Password { get; }

    /// <summary>
    /// Reads <c>[scheme://][user[:password]@]host[:port]</c>; without a scheme it is HTTP. The error names what is wrong and
    /// shows nothing of the value, which may hold a password.
    /// </summary>
    public static bool TryParse(string value, [NotNullWhen(true)] out ProxyEndpoint? proxy, [NotNullWhen(false)] out string? error)
    {
        proxy = null;
        var text = value.Contains("://", StringComparison.Ordinal) ? value : "http://" + value;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.IdnHost.Length == 0)
        {
            error = "not a URL";
            return false;
        }

        ProxyScheme scheme;
        switch (uri.Scheme)
        {
            case "http":
                scheme = ProxyScheme.Http;
                break;
            case "socks5" or "socks5h":
                scheme = ProxyScheme.Socks5;
                break;
            default:
                error = "only http:// and socks5:// proxies are supported";
                return false;
        }

        var port = uri.Port > 0 ? uri.Port : scheme == ProxyScheme.Http ? 80 : 1080;
        string? user = null;
        string? password = null;
        if (uri.UserInfo.Length > 0)
        {
            var colon = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
            user = Uri.UnescapeDataString(colon < 0 ? uri.UserInfo : uri.UserInfo[..colon]);
            password = colon < 0 ? string.Empty : Uri.UnescapeDataString(uri.UserInfo[(colon + 1)..]);
        }

        proxy = new ProxyEndpoint(scheme, DialTarget.Tcp(uri.IdnHost, port), user, password);
        error = null;
        return true;
    }

    /// <summary>Host and port only.</summary>
    public override string ToString() => Target.ToString();
}
