namespace FastProxy.Transport.Dialing;

/// <summary>
/// Which proxy stands before a host: <c>HTTPS_PROXY</c> (or <c>https_proxy</c>) and <c>NO_PROXY</c> (or <c>no_proxy</c>).
/// <c>HTTP_PROXY</c> alone is ignored, because every session is https. Loopback is never proxied. Immutable.
/// </summary>
public sealed class ProxySettings
{
    private readonly string? _proxy;
    private readonly ProxyBypass _bypass;

    private ProxySettings(string? proxy, string? noProxy)
    {
        _proxy = proxy;
        _bypass = new ProxyBypass(noProxy);
    }

    /// <summary>No proxy at all.</summary>
    public static ProxySettings None { get; } = new(null, null);

    /// <summary>Reads the variables through <paramref name="read"/>, which returns null (or nothing) for one that is not set.</summary>
    public static ProxySettings FromVariables(Func<string, string?> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return new ProxySettings(First(read, "HTTPS_PROXY", "https_proxy"), First(read, "NO_PROXY", "no_proxy"));
    }

    /// <summary>The proxy for a target; null with no error where it is dialled directly.</summary>
    internal ProxyEndpoint? Select(DialTarget target, out string? error)
    {
        error = null;
        if (_proxy is null || target.UnixPath is not null || _bypass.Matches(target.Host, target.Port))
        {
            return null;
        }

        return ProxyEndpoint.TryParse(_proxy, out var proxy, out error) ? proxy : null;
    }

    private static string? First(Func<string, string?> read, string upper, string lower) =>
        read(upper) is { Length: > 0 } value ? value : read(lower) is { Length: > 0 } other ? other : null;
}
