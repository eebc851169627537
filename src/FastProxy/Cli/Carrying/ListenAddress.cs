using System.Net;
using System.Net.Sockets;
using FastProxy.Transport.Dialing;

namespace FastProxy.Cli.Carrying;

/// <summary>
/// The address of listener mode: <c>host:port</c> or <c>scheme://host:port</c>. The port is mandatory, the scheme says nothing,
/// <c>localhost</c> is 127.0.0.1 alone; port 0 takes a free one.
/// </summary>
internal static class ListenAddress
{
    private static readonly string[] s_schemes = ["http", "https", "rdp", "ssh", "smb", "tcp"];

    /// <summary>The end point, or why there is none.</summary>
    public static async Task<(IPEndPoint? EndPoint, string? Error)> ParseAsync(string value, CancellationToken cancellationToken)
    {
        var text = value;
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            if (!s_schemes.Contains(text[..scheme], StringComparer.OrdinalIgnoreCase))
            {
                return (null, "the listener's URL has a scheme that cannot be listened on");
            }

            text = text[(scheme + 3)..];
            var slash = text.IndexOf('/', StringComparison.Ordinal);
            text = slash < 0 ? text : text[..slash];
        }

        var free = text.EndsWith(":0", StringComparison.Ordinal);
        if (!DialTarget.TryParse(free ? text[..^1] + "1" : text, out var target) || target.UnixPath is not null)
        {
            // Not shown: behind an id whose secret's option was left out, it is the secret.
            return (null, "the listener is not HOST:PORT");
        }

        var port = free ? 0 : target.Port;
        if (IPAddress.TryParse(target.Host, out var address))
        {
            return (new IPEndPoint(address, port), null);
        }

        if (HostNames.IsLoopback(target.Host))
        {
            return (new IPEndPoint(IPAddress.Loopback, port), null);
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
            return (new IPEndPoint(Array.Find(addresses, found => found.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0], port), null);
        }
        catch (SocketException)
        {
            return (null, $"{target.Host} does not resolve");
        }
    }
}
