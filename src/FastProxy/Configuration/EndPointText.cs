using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastProxy.Configuration;

/// <summary>Reads <c>ADDRESS:PORT</c> with a literal address: <c>0.0.0.0:443</c>, <c>[::1]:8443</c>.</summary>
internal static class EndPointText
{
    /// <summary>What a value must look like, for errors.</summary>
    public const string Expected = "an address and a port such as 127.0.0.1:8443 or [::]:443";

    /// <summary>
    /// Parses strictly: a port is always given, IPv6 stands in brackets, and IPv4 has four numbers (the framework takes 127.1, which is
    /// more often a slip than an address).
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = null;
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }
        var host = text.AsSpan(0, colon);
        var bracketed = host.Length > 2 && host[0] == '[' && host[^1] == ']';
        if (!IPAddress.TryParse(bracketed ? host[1..^1] : host, out var address))
        {
            return false;
        }
        var family = bracketed ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        if (address.AddressFamily != family || (!bracketed && host.Count('.') != 3))
        {
            return false;
        }
        endPoint = new IPEndPoint(address, port);
        return true;
    }
}
