using System.Net;
using FastProxy.Client.Connecting;

namespace FastProxy.Client.Bastion;

/// <summary>A TCP listener that leads to one application. Whoever can connect uses its token. Immutable.</summary>
public sealed record PortListener : BastionListener
{
    /// <summary>Address and port; port 0 lets the kernel choose.</summary>
    public required IPEndPoint Address { get; init; }

    /// <inheritdoc/>
    public override EndPoint EndPoint => Address;

    /// <summary>The session to open for every connection.</summary>
    public required GatewayRequest Request { get; init; }

    /// <summary>Networks that may connect; empty on loopback only, where it stands for this machine.</summary>
    public IReadOnlyList<IPNetwork> AllowFrom { get; init; } = [];

    /// <summary>
    /// The load balancers before the listener, which must say in a PROXY protocol header on whose behalf they connect; null where clients
    /// connect by themselves.
    /// </summary>
    public IReadOnlyList<IPNetwork>? Proxies { get; init; }

    /// <summary>Whether an address is one of the load balancers'.</summary>
    public bool IsProxy(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Proxies is not null && Proxies.Any(network => network.Contains(plain));
    }

    /// <summary>Whether a client may use the listener.</summary>
    public bool Allows(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return AllowFrom.Count == 0 ? IPAddress.IsLoopback(plain) : AllowFrom.Any(network => network.Contains(plain));
    }
}
