using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace FastProxy.Access.Applications;

/// <summary>Host names as domains, origins and destinations write them. Lower case, ASCII (IDN in its <c>xn--</c> form), no port.</summary>
internal static class HostName
{
    /// <summary>The most characters a label has.</summary>
    public const int MaximumLabel = 63;

    private const int MaximumLength = 253;

    /// <summary>One trailing dot says "fully qualified" and changes nothing.</summary>
    public static ReadOnlySpan<char> WithoutTrailingDot(ReadOnlySpan<char> host) =>
        host.Length > 1 && host[^1] == '.' ? host[..^1] : host;

    /// <summary>
    /// Reads a name, an IPv4 address or an IPv6 address (with or without brackets; the result of an address is its one canonical form,
    /// without brackets).
    /// </summary>
    public static bool TryNormalize(
        string text,
        bool wildcards,
        [NotNullWhen(true)] out string? host,
        [NotNullWhen(false)] out string? error)
    {
        host = null;
        error = null;
        var name = WithoutTrailingDot(text).ToString().ToLowerInvariant();
        if (name.Length == 0)
        {
            error = "the host is missing";
        }
        else if (name.Contains(':', StringComparison.Ordinal))
        {
            var bare = name is ['[', .. var inner, ']'] ? inner : name;
            if (!bare.Contains('%', StringComparison.Ordinal)
                && IPAddress.TryParse(bare, out var address)
                && address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                host = address.ToString();
            }
            else
            {
                error = $"'{text}' is no IPv6 address";
            }
        }
        else if (name.Length > MaximumLength)
        {
            error = $"the host is longer than {MaximumLength} characters";
        }
        else if (CheckLabels(name, wildcards, out error))
        {
            host = name;
        }

        return host is not null;
    }

    /// <summary>Whether the text has a <c>*</c>.</summary>
    public static bool IsWildcard(string host) => host.Contains('*', StringComparison.Ordinal);

    /// <summary>How a host stands before a port or a path: IPv6 in brackets.</summary>
    public static string Bracket(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    /// <summary>Whether a pattern covers a host: label by label, <c>*</c> for any part of one label. Case does not matter.</summary>
    public static bool Covers(ReadOnlySpan<char> pattern, ReadOnlySpan<char> host)
    {
        while (true)
        {
            var patternEnd = pattern.IndexOf('.');
            var hostEnd = host.IndexOf('.');
            if ((patternEnd < 0) != (hostEnd < 0))
            {
                return false;
            }

            if (patternEnd < 0)
            {
                return LabelCovers(pattern, host);
            }

            if (!LabelCovers(pattern[..patternEnd], host[..hostEnd]))
            {
                return false;
            }

            pattern = pattern[(patternEnd + 1)..];
            host = host[(hostEnd + 1)..];
        }
    }

    // A star stands for at least one character: "*.example.com" is no name for ".example.com".
    private static bool LabelCovers(ReadOnlySpan<char> pattern, ReadOnlySpan<char> label)
    {
        var star = pattern.IndexOf('*');
        return star < 0
            ? label.Equals(pattern, StringComparison.OrdinalIgnoreCase)
            : label.Length >= pattern.Length
                && label.StartsWith(pattern[..star], StringComparison.OrdinalIgnoreCase)
                && label.EndsWith(pattern[(star + 1)..], StringComparison.OrdinalIgnoreCase);
    }

    private static bool CheckLabels(string name, bool wildcards, [NotNullWhen(false)] out string? error)
    {
        error = null;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > MaximumLabel)
            {
                error = $"the host '{name}' has a label that is empty or longer than {MaximumLabel} characters";
            }
            else if (label.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-_*"))
            {
                error = $"the host '{name}' has a character that no host has (write international names in their xn-- form)";
            }
            else if (label.AsSpan().Count('*') > (wildcards ? 1 : 0))
            {
                error = wildcards ? $"the host '{name}' has more than one * in one label" : $"the host '{name}' has a *";
            }

            if (error is not null)
            {
                return false;
            }
        }

        return true;
    }
}
