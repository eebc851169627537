using System.Net;

namespace FastProxy.Transport.Dialing;

/// <summary>
/// The <c>NO_PROXY</c> list: <c>*</c>, IP addresses, CIDRs, <c>example.com</c> (it and all below it), <c>.example.com</c> and
/// <c>*.example.com</c> (only below it), each but a CIDR with an optional <c>:port</c>. Loopback is always bypassed.
/// </summary>
internal sealed class ProxyBypass
{
    private readonly string[] _entries;

    public ProxyBypass(string? list) =>
        _entries = (list ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public bool Matches(string host, int port)
    {
        if (HostNames.IsLoopback(host))
        {
            return true;
        }

        var name = host.EndsWith('.') ? host[..^1] : host;
        var isAddress = IPAddress.TryParse(name, out var address);
        foreach (var entry in _entries)
        {
            if (isAddress ? MatchesAddress(entry, address!, port) : MatchesName(entry, name, port))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MatchesAddress(string entry, IPAddress address, int port)
    {
        if (entry == "*")
        {
            return true;
        }

        if (IPNetwork.TryParse(entry, out var network))
        {
            return network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);
        }

        // A bare IPv6 address has colons of its own, so it is tried whole before a port is looked for.
        if (IPAddress.TryParse(entry, out var whole))
        {
            return whole.Equals(address);
        }

        return DialTarget.TryParse(entry, out var target) && target.Port == port
            && IPAddress.TryParse(target.Host, out var listed) && listed.Equals(address);
    }

    private static bool MatchesName(string entry, string name, int port)
    {
        var colon = entry.LastIndexOf(':');
        if (colon >= 0)
        {
            if (!DialTarget.TryParsePort(entry.AsSpan(colon + 1), out var listed) || listed != port)
            {
                return false;
            }

            entry = entry[..colon];
        }

        if (entry == "*")
        {
            return true;
        }

        if (entry.StartsWith("*.", StringComparison.Ordinal))
        {
            entry = entry[1..];
        }

        return entry.StartsWith('.')
            ? name.EndsWith(entry, StringComparison.OrdinalIgnoreCase)
            : name.Equals(entry, StringComparison.OrdinalIgnoreCase)
                || (entry.Length > 0 && name.Length > entry.Length && name[^(entry.Length + 1)] == '.' && name.EndsWith(entry, StringComparison.OrdinalIgnoreCase));
    }
}
