using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Gateway.Http;

/// <summary>
/// The address a request comes from, which rules about addresses are applied to: the peer's, or, where the peer is a trusted proxy,
/// what that proxy says in <c>X-Forwarded-For</c>. Nobody else's header is read.
/// </summary>
internal static class CallerAddress
{
    public const string Header = "X-Forwarded-For";

    /// <summary>
    /// The caller's address; null where it is not known: a trusted proxy that says nothing, or nothing well-formed. A proxy's own
    /// address is never the caller's, else a rule that admits the proxy's network would admit the world behind it.
    /// </summary>
    public static IPAddress? Of(HttpContext context, GatewayOptions options)
    {
        var peer = Plain(context.Connection.RemoteIpAddress);
        if (peer is null || !options.IsTrustedProxy(peer))
        {
            return peer;
        }

        // Each proxy appends the peer it saw, so that only the end of the list is beyond the client's reach.
        var lines = context.Request.Headers[Header];
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            for (var rest = lines[i].AsSpan(); ;)
            {
                var comma = rest.LastIndexOf(',');
                if (!TryParse(rest[(comma + 1)..].Trim(" \t"), out var address))
                {
                    return null;
                }

                if (!options.IsTrustedProxy(address))
                {
                    return address;
                }

                if (comma < 0)
                {
                    break;
                }

                rest = rest[..comma];
            }
        }

        return null;
    }

    /// <summary>Reads an address as proxies write it: IPv4, IPv6 with or without brackets, each but the bare IPv6 with or without a port.</summary>
    private static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        var host = text;
        var port = ReadOnlySpan<char>.Empty;
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']');
            if (end < 0)
            {
                return false;
            }

            host = text[1..end];
            port = text[(end + 1)..];
        }
        else if (text.Count(':') == 1)
        {
            var colon = text.IndexOf(':');
            host = text[..colon];
            port = text[colon..];
        }

        // A zone means something on the proxy's machine only, and a prefix makes a network of it.
        if (host.IndexOfAny("%/[") >= 0 || (port.Length > 0 && !(port[0] == ':' && ushort.TryParse(port[1..], NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            || !IPAddress.TryParse(host, out address))
        {
            return false;
        }

        // The parser also takes 010.1, 0x7f000001 and 127.1, which every reader understands differently.
        var wellFormed = address.AddressFamily == AddressFamily.InterNetworkV6
            ? text.StartsWith('[') || port.IsEmpty
            : !text.StartsWith('[') && host.SequenceEqual(address.ToString());
        address = wellFormed ? Plain(address) : null;
        return address is not null;
    }

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
