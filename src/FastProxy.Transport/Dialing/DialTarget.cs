using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FastProxy.Transport.Dialing;

/// <summary>Where to connect: a TCP host and port, or the path of a unix socket. Immutable.</summary>
public sealed record DialTarget
{
    private DialTarget(string host, int port, string? unixPath)
    {
        Host = host;
        Port = port;
        UnixPath = unixPath;
    }

    /// <summary>Host name or IP literal (IPv6 without brackets, a zone id is allowed); empty for a unix socket.</summary>
    public string Host { get; }

    /// <summary>TCP port, 1 to 65535; 0 for a unix socket.</summary>
    public int Port { get; }

    /// <summary>Path of the unix socket, or null for TCP.</summary>
    public string? UnixPath { get; }

    /// <summary>A TCP target.</summary>
    /// <param name="host">Host name or IP literal, IPv6 with or without brackets.</param>
    /// <param name="port">1 to 65535.</param>
    /// <exception cref="ArgumentException">The host is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port is outside 1 to 65535.</exception>
    public static DialTarget Tcp(string host, int port)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        return new DialTarget(host is ['[', .., ']'] ? host[1..^1] : host, port, null);
    }

    /// <summary>A unix socket target.</summary>
    /// <param name="path">Path of the socket, not empty.</param>
    public static DialTarget Unix(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new DialTarget(string.Empty, 0, path);
    }

    /// <summary>Reads <c>host:port</c>, <c>[v6]:port</c> or <c>unix:PATH</c>. A port is mandatory: nothing is guessed.</summary>
    /// <returns>False (and null) for anything else; never throws.</returns>
    public static bool TryParse([NotNullWhen(true)] string? value, [NotNullWhen(true)] out DialTarget? target)
    {
        target = null;
        if (string.IsNullOrEmpty(value))
        {
            return false;
        }

        if (value.StartsWith("unix:", StringComparison.Ordinal))
        {
            target = value.Length > 5 ? new DialTarget(string.Empty, 0, value[5..]) : null;
            return target is not null;
        }

        var colon = value.LastIndexOf(':');
        if (colon <= 0 || !TryParsePort(value.AsSpan(colon + 1), out var port))
        {
            return false;
        }

        var host = value[..colon];
        var bracketed = host is ['[', _, .., ']'];
        if (bracketed)
        {
            host = host[1..^1];
        }
        else if (host.AsSpan().IndexOfAny("[]: \t\r\n/@") >= 0)
        {
            // A bare IPv6 address with a port is ambiguous (is ::1:22 an address or a socket?), so it is refused.
            return false;
        }

        target = new DialTarget(host, port, null);
        return true;
    }

    /// <summary><c>host:port</c> (IPv6 in brackets) or <c>unix:PATH</c>: what <see cref="TryParse"/> reads.</summary>
    public override string ToString() =>
        UnixPath is not null ? "unix:" + UnixPath
        : Host.Contains(':', StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    internal static bool TryParsePort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
}
