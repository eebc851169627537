using System.Net;

namespace FastProxy.Transport.Dialing;

/// <summary>What can be said of a host without asking a name server.</summary>
public static class HostNames
{
    private static readonly IPAddress[] s_loopback = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>
    /// Whether <paramref name="host"/> is <c>localhost</c>, a name below it (RFC 6761 section 6.3) or a loopback address,
    /// IPv6 with or without brackets.
    /// </summary>
    public static bool IsLoopback(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return TryResolveLocally(host, out var addresses) && Array.TrueForAll(addresses, IPAddress.IsLoopback);
    }

    /// <summary>Addresses of an IP literal or of a localhost name; false where only DNS can tell.</summary>
    internal static bool TryResolveLocally(string host, out IPAddress[] addresses)
    {
        var name = host is ['[', .., ']'] ? host[1..^1] : host;
        if (IPAddress.TryParse(name, out var address))
        {
            addresses = [address];
            return true;
        }

        name = name.EndsWith('.') ? name[..^1] : name;
        if (name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
        {
            addresses = s_loopback;
            return true;
        }

        addresses = [];
        return false;
    }
}
