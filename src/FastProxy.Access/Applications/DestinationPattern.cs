using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using FastProxy.Access.Policies;

namespace FastProxy.Access.Applications;

/// <summary>
/// One entry of a bastion application's allow-list: <c>host:port</c>, <c>host:*</c>, <c>*.example.com:22</c> (one label), <c>CIDR:port</c>,
/// <c>[IPV6]:port</c>, <c>*:port</c> (any destination). A name is allowed as a name, an address as an address: an entry with a network never
/// covers a name that resolves into it. Immutable.
/// </summary>
public sealed record DestinationPattern
{
    private readonly string? _host;
    private readonly IPNetwork? _network;

    private DestinationPattern(string? host, IPNetwork? network, int? port)
    {
        _host = host;
        _network = network;
        Port = port;
    }

    /// <summary>The one port it covers, 1 to 65535; null: every port.</summary>
    public int? Port { get; }

    /// <summary>Reads an entry. False with a sentence that says what to write instead.</summary>
    public static bool TryParse(
        string? text,
        [NotNullWhen(true)] out DestinationPattern? pattern,
        [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (text is null || colon <= 0)
        {
            error = $"the destination '{text}' is not HOST:PORT, CIDR:PORT or HOST:*";
            return false;
        }

        int? port = null;
        if (text[(colon + 1)..] is not "*" and var portText)
        {
            if (!HostAndPort.TryParsePort(portText, out var number))
            {
                error = $"the port of the destination '{text}' is neither * nor between 1 and 65535";
                return false;
            }

            port = number;
        }

        var hostText = text[..colon];
        if (hostText == "*")
        {
            pattern = new DestinationPattern(null, null, port);
            error = null;
            return true;
        }

        var bare = hostText.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
        if (NetworkText.TryParse(bare, out var network, out error))
        {
            pattern = new DestinationPattern(null, network, port);
            return true;
        }

        // "10.0.0.0/33" and "127.1" shall not become names.
        if (bare.Contains('/', StringComparison.Ordinal) || bare.Contains(':', StringComparison.Ordinal) || IPAddress.TryParse(bare, out _))
        {
            error = $"the destination '{text}' is not valid: {error}";
            return false;
        }

        if (!HostName.TryNormalize(hostText, wildcards: true, out var host, out error))
        {
            error = $"the destination '{text}' is not valid: {error}";
            return false;
        }

        pattern = new DestinationPattern(host, null, port);
        return true;
    }

    /// <summary>Whether it covers a destination. The host is a name or an address, IPv6 with or without brackets.</summary>
    public bool Covers(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (Port is { } only && only != port)
        {
            return false;
        }

        if (_host is null && _network is null)
        {
            return true;
        }

        // Whatever a dialler would take for an address is judged as one: "2130706433" must not slip past as a name.
        var bare = HostName.WithoutTrailingDot(host.AsSpan()) is ['[', .. var inner, ']'] ? inner : HostName.WithoutTrailingDot(host);
        return IPAddress.TryParse(bare, out var address)
            ? _network is { } network && AddressBlock.From(network).Contains(ClientAddress.From(address))
            : _host is not null && HostName.Covers(_host, bare);
    }

    /// <summary>The entry as <see cref="TryParse"/> reads it.</summary>
    public override string ToString()
    {
        var port = Port?.ToString(CultureInfo.InvariantCulture) ?? "*";
        if (_network is not { } network)
        {
            return $"{_host ?? "*"}:{port}";
        }

        var text = NetworkText.Format(network);
        return text.Contains(':', StringComparison.Ordinal) && !text.Contains('/', StringComparison.Ordinal)
            ? $"[{text}]:{port}"
            : $"{text}:{port}";
    }
}
