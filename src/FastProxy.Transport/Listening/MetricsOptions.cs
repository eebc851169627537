using System.Net;

namespace FastProxy.Transport.Listening;

/// <summary>Where <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> are served, in clear, and to whom. Immutable.</summary>
public sealed record MetricsOptions
{
    /// <summary>Address and port; port 0 lets the kernel choose.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>Networks that may ask besides this machine; on other than loopback at least one.</summary>
    public IReadOnlyList<IPNetwork> AllowFrom { get; init; } = [];

    /// <summary>Whether a peer may ask: this machine always, everybody else by name. False for null.</summary>
    public bool Allows(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        // A dual-stack socket reports IPv4 peers as ::ffff:a.b.c.d, which no IPv4 network contains.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || AllowFrom.Any(network => network.Contains(plain));
    }

    /// <summary>Whether the same address is served to the same networks.</summary>
    public bool Equals(MetricsOptions? other) => other is not null && Address.Equals(other.Address) && AllowFrom.SequenceEqual(other.AllowFrom);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Address, AllowFrom.Count);
}
