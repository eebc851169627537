using System.Net;
using FastProxy.Configuration.Yaml;
using FastProxy.Transport.Listening;

namespace FastProxy.Configuration;

/// <summary>Reads <c>metrics:</c>, which gateway and bastion have alike.</summary>
internal static class MetricsReader
{
    /// <summary>What is said there; null where there is nothing, or it is reported.</summary>
    /// <param name="root">The file.</param>
    /// <param name="bound">What it has listened on so far.</param>
    public static MetricsOptions? Read(YamlReader root, BoundAddresses bound)
    {
        if (root.Map("metrics") is not { } map)
        {
            return null;
        }

        var address = bound.Required(map, "address");
        var networks = AddressReader.Networks(map, "allow_from");
        map.Done();
        if (address is null)
        {
            return null;
        }

        if (networks.Count == 0 && !IPAddress.IsLoopback(address.Address))
        {
            map.Error(map.Self, map.PathOf("allow_from"), $"missing: {address} is served in clear and without a password, so name the networks that may ask");
        }

        return new MetricsOptions { Address = address, AllowFrom = networks };
    }
}
