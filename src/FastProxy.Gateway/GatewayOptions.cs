using System.Net;
using FastProxy.Transport.Listening;

namespace FastProxy.Gateway;

/// <summary>
/// Everything the data plane is told before it starts: <c>gateway.yaml</c>, read, validated and with its defaults filled in.
/// Immutable, and safe to share between threads; a reload makes a new one.
/// </summary>
public sealed record GatewayOptions
{
    /// <summary>Absolute path of the directory that holds the store, the keys and <c>admin.sock</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where tokens, applications and policies are kept. Defaults to SQLite in <see cref="DataDirectory"/>.</summary>
    public StoreOptions Store { get; init; } = StoreOptions.Sqlite;

    /// <summary>The addresses clients connect to; at least one.</summary>
    public required IReadOnlyList<ListenerOptions> Listeners { get; init; }

    /// <summary>
    /// Networks whose PROXY protocol header and <c>X-Forwarded-For</c> are believed, and which alone a cleartext listener on other
    /// than loopback serves. Defaults to none: nobody is believed.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Issuer of application tokens, an https origin without path; null where none was configured.</summary>
    public Uri? AuthDomain { get; init; }

    /// <summary>
    /// How often a silent connection is probed; a vanished peer is noticed within two intervals. Defaults to 25 s, below the
    /// common idle limits of middleboxes (30 s and up).
    /// </summary>
    public TimeSpan Keepalive { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Counts and time-outs.</summary>
    public required LimitOptions Limits { get; init; }

    /// <summary>The TCP address of API and dashboard; null for the unix socket alone.</summary>
    public AdminOptions? Admin { get; init; }

    /// <summary>Where <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> are served; null for nowhere.</summary>
    public MetricsOptions? Metrics { get; init; }

    /// <summary>Where a caller's country comes from; null for unknown, which no country rule ever includes.</summary>
    public GeoOptions? Geo { get; init; }

    /// <summary>Whether <paramref name="address"/> (IPv4, IPv6 or IPv4 mapped into IPv6) lies in a trusted network.</summary>
    public bool IsTrustedProxy(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        // A dual-stack socket reports IPv4 peers as ::ffff:a.b.c.d, which no IPv4 network contains.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in TrustedProxies)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }
        return false;
    }
}
