using System.Diagnostics.CodeAnalysis;
using FastProxy.Transport.Dialing;

namespace FastProxy.Client.Connecting;

/// <summary>
/// <c>--connect-to</c>: where to connect instead of the hostname, which stays the Host header. <c>host</c> and <c>host:port</c>
/// check the certificate against that host, <c>sni:port:host</c> against <c>sni</c>.
/// </summary>
/// <param name="Host">Where to connect, IPv6 without brackets.</param>
/// <param name="Port">Null for the scheme's own.</param>
/// <param name="TlsName">Name for SNI and the certificate.</param>
/// <param name="NamesSni">Whether the three-part form was used.</param>
public sealed record ConnectOverride(string Host, int? Port, string TlsName, bool NamesSni)
{
    /// <summary>False for anything but the three forms.</summary>
    public static bool TryParse(string? value, [NotNullWhen(true)] out ConnectOverride? result)
    {
        result = null;
        var parts = Split(value ?? string.Empty);
        if (parts.Exists(part => part.Length == 0 || part.AsSpan().ContainsAny(" /\\@\t")))
        {
            return false;
        }

        switch (parts.Count)
        {
            case 1:
                result = new ConnectOverride(parts[0], null, parts[0], NamesSni: false);
                return true;
            case 2 when DialTarget.TryParse($"h:{parts[1]}", out var two):
                result = new ConnectOverride(parts[0], two.Port, parts[0], NamesSni: false);
                return true;
            case 3 when DialTarget.TryParse($"h:{parts[1]}", out var three):
                result = new ConnectOverride(parts[2], three.Port, parts[0], NamesSni: true);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Splits at colons that stand outside brackets; brackets are dropped.</summary>
    private static List<string> Split(string value)
    {
        var parts = new List<string>();
        var start = 0;
        var depth = 0;
        for (var i = 0; i <= value.Length; i++)
        {
            if (i == value.Length || (value[i] == ':' && depth == 0))
            {
                var part = value[start..i];
                parts.Add(part is ['[', .., ']'] ? part[1..^1] : part);
                start = i + 1;
            }
            else
            {
                depth += value[i] switch { '[' => 1, ']' => -1, _ => 0 };
            }
        }

        return parts;
    }
}
