using System.Net;
using FastProxy.Access.Policies;
using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>Reads addresses and networks of a configuration file.</summary>
internal static class AddressReader
{
    /// <summary>The address and port at a key that must be there; null where it is reported.</summary>
    public static IPEndPoint? Required(YamlReader map, string key)
    {
        if (map.Required(key, EndPointText.Expected) is not { } scalar)
        {
            return null;
        }
        if (EndPointText.TryParse(scalar.Text, out var address))
        {
            return address;
        }
        map.Expected(scalar, map.PathOf(key), EndPointText.Expected);
        return null;
    }

    /// <summary>The network an item of a list names; null where it is reported.</summary>
    private static IPNetwork? Network(YamlReader map, YamlNode item, string path)
    {
        if (map.ScalarAt(item, path, "a network such as 10.0.0.0/8, or an address") is not { } scalar)
        {
            return null;
        }
        if (NetworkText.TryParse(scalar.Text, out var network, out var error))
        {
            return network;
        }
        map.Error(scalar, path, error);
        return null;
    }

    /// <summary>The networks of a list; what is wrong is reported and left out.</summary>
    public static List<IPNetwork> Networks(YamlReader map, string key)
    {
        var networks = new List<IPNetwork>();
        foreach (var (item, path) in map.List(key))
        {
            if (Network(map, item, path) is { } network)
            {
                networks.Add(network);
            }
        }

        return networks;
    }
}
