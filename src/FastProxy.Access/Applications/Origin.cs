using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FastProxy.Access.Applications;

/// <summary>
/// Where an application's bytes go: <c>ssh://H:P</c>, <c>tcp://H:P</c>, <c>rdp://H:P</c>, <c>smb://H:P</c>, <c>http://H:P</c>,
/// <c>https://H:P</c>, <c>unix:PATH</c> or <c>bastion</c>. Immutable.
/// </summary>
public sealed record Origin
{
    /// <summary>The text of an origin that the client names.</summary>
    public const string BastionText = "bastion";

    private const string UnixPrefix = "unix:";

    // sun_path of sockaddr_un has 108 bytes, one of them the final zero.
    private const int MaximumUnixPath = 107;

    // A default port of 0: the port has to be written.
    private static readonly (string Name, OriginScheme Scheme, int DefaultPort)[] s_schemes =
    [
        ("tcp", OriginScheme.Tcp, 0),
        ("ssh", OriginScheme.Ssh, 22),
        ("rdp", OriginScheme.Rdp, 3389),
        ("smb", OriginScheme.Smb, 445),
        ("http", OriginScheme.Http, 80),
        ("https", OriginScheme.Https, 443),
    ];

    private Origin(OriginScheme scheme, string? host, int port, string? path)
    {
        Scheme = scheme;
        Host = host;
        Port = port;
        Path = path;
    }

    /// <summary>The origin that the client names.</summary>
    public static Origin Bastion { get; } = new(OriginScheme.Bastion, null, 0, null);

    /// <summary>What it speaks, or how it is found.</summary>
    public OriginScheme Scheme { get; }

    /// <summary>The host in lower case, IPv6 without brackets; null for a unix socket and a bastion.</summary>
    public string? Host { get; }

    /// <summary>The port, 1 to 65535; 0 for a unix socket and a bastion.</summary>
    public int Port { get; }

    /// <summary>The path of the unix socket; null for every other origin.</summary>
    public string? Path { get; }

    /// <summary>Whether the client names the destination.</summary>
    public bool IsBastion => Scheme == OriginScheme.Bastion;

    /// <summary>Reads an origin. False with a sentence that says what to write instead.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Origin? origin, [NotNullWhen(false)] out string? error)
    {
        origin = null;
        if (string.IsNullOrEmpty(text))
        {
            error = "the origin is missing";
            return false;
        }

        if (text == BastionText)
        {
            origin = Bastion;
            error = null;
            return true;
        }

        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return TryParseUnix(text, out origin, out error);
        }

        var separator = text.IndexOf("://", StringComparison.Ordinal);
        foreach (var (name, scheme, defaultPort) in s_schemes)
        {
            if (separator > 0 && text.AsSpan(0, separator).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return TryParseAuthority(text, text[(separator + 3)..], scheme, defaultPort, out origin, out error);
            }
        }

        error = $"the origin '{text}' is none of ssh://H:P, tcp://H:P, rdp://H:P, smb://H:P, http://H:P, https://H:P, unix:PATH, bastion";
        return false;
    }

    /// <summary>The origin as <see cref="TryParse"/> reads it, its port always written.</summary>
    public override string ToString() => Scheme switch
    {
        OriginScheme.Bastion => BastionText,
        OriginScheme.Unix => UnixPrefix + Path,
        _ => string.Create(CultureInfo.InvariantCulture, $"{NameOf(Scheme)}://{HostName.Bracket(Host!)}:{Port}"),
    };

    private static string NameOf(OriginScheme scheme)
    {
        foreach (var row in s_schemes)
        {
            if (row.Scheme == scheme)
            {
                return row.Name;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(scheme));
    }

    private static bool TryParseUnix(string text, [NotNullWhen(true)] out Origin? origin, [NotNullWhen(false)] out string? error)
    {
        var path = text[UnixPrefix.Length..];
        origin = null;
        error = null;
        if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal))
        {
            error = $"the origin '{text}' needs an absolute path: unix:/run/x.sock";
        }
        else if (System.Text.Encoding.UTF8.GetByteCount(path) > MaximumUnixPath)
        {
            error = $"the path of the origin '{text}' is longer than the {MaximumUnixPath} bytes a unix socket may have";
        }
        else
        {
            origin = new Origin(OriginScheme.Unix, null, 0, path);
        }

        return origin is not null;
    }

    private static bool TryParseAuthority(
        string text,
        string authority,
        OriginScheme scheme,
        int defaultPort,
        [NotNullWhen(true)] out Origin? origin,
        [NotNullWhen(false)] out string? error)
    {
        origin = null;
        if (authority.EndsWith('/'))
        {
            authority = authority[..^1];
        }

        if (authority.AsSpan().IndexOfAny("/?#") >= 0)
        {
            error = $"the origin '{text}' has a path: an origin is a host and a port";
            return false;
        }

        if (authority.Contains('@', StringComparison.Ordinal))
        {
            // Not repeated: what stands before the @ may be a password.
            error = "the origin has a user name: the client says who it is, an origin is a host and a port";
            return false;
        }

        if (!HostAndPort.TrySplit(authority, out var hostText, out var portText))
        {
            error = $"the origin '{text}' is not HOST:PORT (an IPv6 address goes in brackets)";
            return false;
        }

        var port = defaultPort;
        if ((portText.Length > 0 && !HostAndPort.TryParsePort(portText, out port)) || port == 0)
        {
            error = portText.Length == 0
                ? $"the origin '{text}' has no port, and {NameOf(scheme)} has no usual one"
                : $"the port of the origin '{text}' is not between 1 and 65535";
            return false;
        }

        if (!HostName.TryNormalize(hostText, wildcards: false, out var host, out error))
        {
            error = $"the origin '{text}' is not valid: {error}";
            return false;
        }

        origin = new Origin(scheme, host, port, null);
        return true;
    }
}
