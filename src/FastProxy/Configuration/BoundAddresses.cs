using System.Net;
using System.Net.Sockets;
using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>The TCP addresses that a file has listened on so far: of two that cannot both be bound the later is reported.</summary>
internal sealed class BoundAddresses
{
    private readonly List<(IPEndPoint Address, string Path)> _bound = [];

    /// <summary>The address and port at a key that must be there, to be listened on; null where it is reported.</summary>
    public IPEndPoint? Required(YamlReader map, string key)
    {
        if (AddressReader.Required(map, key) is not { } address)
        {
            return null;
        }

        var path = map.PathOf(key);
        if (_bound.Find(bound => Overlap(bound.Address, address)) is { Address: not null } earlier)
        {
            map.Error(map.Node(key)!, path, $"{address} is listened on already, by {earlier.Path}{(earlier.Address.Equals(address) ? "" : $": {earlier.Address}")}");
        }

        _bound.Add((address, path));
        return address;
    }

    private static bool Overlap(IPEndPoint one, IPEndPoint other) =>
        one.Port != 0 && one.Port == other.Port && (one.Address.Equals(other.Address) || Covers(one.Address, other.Address) || Covers(other.Address, one.Address));

    // A socket on :: takes IPv4, too.
    private static bool Covers(IPAddress any, IPAddress address) =>
        any.Equals(IPAddress.IPv6Any) || (any.Equals(IPAddress.Any) && address.AddressFamily == AddressFamily.InterNetwork);
}
