using System.Globalization;
using System.Net;
using FastProxy.Configuration.Yaml;
using FastProxy.Gateway;

namespace FastProxy.Configuration;

/// <summary>Reads <c>listen:</c> and <c>admin:</c>: addresses and the certificates that serve them.</summary>
internal sealed class ListenReader(FileReader files, BoundAddresses bound, ConfigurationProblems problems)
{
    private const string TlsExpected = "{ certificate: FILE, key: FILE }, a list of these, or off";

    private readonly List<(ListenerOptions Options, YamlNode At, string Path)> _listeners = [];

    /// <summary>The listeners; what is wrong is reported.</summary>
    public IReadOnlyList<ListenerOptions> Read(YamlReader root)
    {
        if (root.Node("listen") is null)
        {
            problems.Error(root.Self, "listen: missing; expected a list of addresses");
            return [];
        }
        foreach (var (item, path) in root.List("listen"))
        {
            if (root.MapAt(item, path, "a map with address and tls") is { } map)
            {
                Listener(map);
            }
        }
        if (root.Node("listen") is YamlList { Items.Count: 0 } empty)
        {
            problems.Error(empty, "listen: expected at least one address");
        }
        return [.. _listeners.Select(l => l.Options)];
    }

    /// <summary>Reports listeners that could serve nobody.</summary>
    /// <param name="trustsProxies">Whether <c>trusted_proxies</c> names anybody.</param>
    public void Check(bool trustsProxies)
    {
        foreach (var (options, at, path) in _listeners)
        {
            var exposed = !IPAddress.IsLoopback(options.Address.Address);
            if (options.Tls.Count == 0 && exposed && !trustsProxies)
            {
                problems.Error(at, $"{path}.tls: off on {options.Address} serves only peers in trusted_proxies, and that is empty: every connection "
                    + "would be closed. Name your load balancers in trusted_proxies, listen on loopback, or give certificate and key");
            }
            if (options.ProxyProtocol && !trustsProxies)
            {
                problems.Error(at, $"{path}.proxy_protocol: the header is taken from trusted_proxies only, and that is empty: every connection "
                    + "would be closed. Name your load balancers in trusted_proxies");
            }
        }
    }

    /// <summary>The TCP listener of API and dashboard; null where there is none or it is reported.</summary>
    public AdminOptions? Admin(YamlReader root)
    {
        if (root.Map("admin") is not { } map)
        {
            return null;
        }
        var address = bound.Required(map, "address");
        var tls = map.Node("tls") is { } node ? Tls(map, node) : [];
        map.Done();
        if (address is null)
        {
            return null;
        }
        if (tls is { Count: 0 } && !IPAddress.IsLoopback(address.Address))
        {
            problems.Error(map.Self, $"admin: plain HTTP is served on loopback only, and {address} is not: give admin.tls, or listen on 127.0.0.1");
        }
        return new AdminOptions { Address = address, Tls = tls ?? [] };
    }

    private void Listener(YamlReader map)
    {
        var address = bound.Required(map, "address");
        IReadOnlyList<CertificateOptions>? tls = null;
        if (map.Node("tls") is { } node)
        {
            tls = Tls(map, node);
        }
        else
        {
            // Not a default either way: cleartext by omission would be a trap, and so would a certificate nobody named.
            problems.Error(map.Self, $"{map.PathOf("tls")}: missing; expected {TlsExpected}");
        }
        var proxyProtocol = map.Flag("proxy_protocol", false);
        map.Done();
        if (address is null || tls is null)
        {
            return;
        }
        _listeners.Add((new ListenerOptions { Address = address, Tls = tls, ProxyProtocol = proxyProtocol }, map.Self, map.Path));
    }

    // Null where it is reported, empty for off.
    private List<CertificateOptions>? Tls(YamlReader parent, YamlNode node)
    {
        var path = parent.PathOf("tls");
        switch (node)
        {
            case YamlScalar { IsPlain: true, Text: "off" or "Off" or "OFF" or "false" }:
                return [];
            case YamlMap:
                return Certificate(parent, node, path) is { } one ? [one] : null;
            case YamlList { Items.Count: > 0 } list:
                var all = list.Items
                    .Select((item, i) => Certificate(parent, item, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]")))
                    .ToList();
                return all.Contains(null) ? null : all.ConvertAll(c => c!);
            default:
                parent.Expected(node, path, TlsExpected);
                return null;
        }
    }

    private CertificateOptions? Certificate(YamlReader parent, YamlNode node, string path)
    {
        if (parent.MapAt(node, path, "{ certificate: FILE, key: FILE }") is not { } map)
        {
            return null;
        }
        var certificate = map.Required("certificate", "a PEM file");
        var key = map.Required("key", "a PEM file");
        var clientCa = map.Scalar("client_ca", "a PEM file");
        map.Done();
        if (certificate is null || key is null)
        {
            return null;
        }
        var options = new CertificateOptions
        {
            CertificateFile = files.Existing(certificate, map.PathOf("certificate")),
            KeyFile = files.Existing(key, map.PathOf("key")),
            ClientCaFile = clientCa is null ? null : files.Existing(clientCa, map.PathOf("client_ca")),
        };
        if (CertificateCheck.Problem(options) is { } problem)
        {
            problems.Error(map.Self, $"{path}: {problem}");
        }
        if (clientCa is not null && CertificateCheck.AuthorityProblem(options.ClientCaFile!) is { } unusable)
        {
            problems.Error(clientCa, $"{map.PathOf("client_ca")}: {unusable}");
        }
        return options;
    }
}
