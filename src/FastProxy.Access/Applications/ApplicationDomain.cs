using System.Diagnostics.CodeAnalysis;

namespace FastProxy.Access.Applications;

/// <summary>
/// Where an application is reached: <c>HOST[/path]</c>, no port (it matches its host on any port), no scheme, no query. At most one
/// <c>*</c> in a host label, where it stays within the label, and in a path segment, where it may span segments. Immutable.
/// </summary>
public sealed record ApplicationDomain
{
    private ApplicationDomain(string host, string path)
    {
        Host = host;
        Path = path;
    }

    /// <summary>The host in lower case without a trailing dot; may have wildcards. IPv6 without brackets.</summary>
    public string Host { get; }

    /// <summary>The path, empty or beginning with <c>/</c> and not ending with it; may have wildcards. Empty covers everything.</summary>
    public string Path { get; }

    /// <summary>Whether the host has a wildcard.</summary>
    public bool HasWildcardHost => HostName.IsWildcard(Host);

    /// <summary>Reads a domain. False with a sentence that says what to write instead.</summary>
    public static bool TryParse(
        string? text,
        [NotNullWhen(true)] out ApplicationDomain? domain,
        [NotNullWhen(false)] out string? error)
    {
        domain = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            error = "the domain is missing";
            return false;
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            error = $"the domain '{text}' names a scheme: write HOST or HOST/path";
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var hostText = slash < 0 ? text : text[..slash];
        var isAddress = hostText.StartsWith('[') && hostText.EndsWith(']');
        if (!isAddress && hostText.Contains(':', StringComparison.Ordinal))
        {
            error = $"the domain '{text}' names a port: a domain matches its host on any port (an IPv6 address goes in brackets)";
            return false;
        }

        if (!HostName.TryNormalize(hostText, wildcards: true, out var host, out error)
            || !PathPattern.TryNormalize(slash < 0 ? "" : text[slash..], out var path, out error))
        {
            error = $"the domain '{text}' is not valid: {error}";
            return false;
        }

        domain = new ApplicationDomain(host, path);
        return true;
    }

    /// <summary>Whether it covers a host and a path. The host is without port; the path decoded, without dot segments.</summary>
    public bool Covers(ReadOnlySpan<char> host, ReadOnlySpan<char> path) =>
        HostName.Covers(Host, HostName.WithoutTrailingDot(host)) && PathPattern.Covers(Path, path);

    /// <summary>The domain as <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => HostName.Bracket(Host) + Path;
}
