using System.Globalization;

namespace FastProxy.Access.Applications;

/// <summary>Splits <c>HOST</c>, <c>HOST:PORT</c>, <c>[IPV6]</c> and <c>[IPV6]:PORT</c>.</summary>
internal static class HostAndPort
{
    /// <summary>The host keeps its brackets; the port is empty where there is none. False for an open bracket or a bare IPv6 address.</summary>
    public static bool TrySplit(string text, out string host, out string port)
    {
        host = text;
        port = "";
        var hostEnd = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : 0;
        if (text.StartsWith('[') && hostEnd == 0)
        {
            return false;
        }

        var colon = text.IndexOf(':', hostEnd);
        if (colon < 0)
        {
            return hostEnd == 0 || hostEnd == text.Length;
        }

        host = text[..colon];
        port = text[(colon + 1)..];
        return (hostEnd == 0 || colon == hostEnd) && port.Length > 0 && !port.Contains(':', StringComparison.Ordinal);
    }

    /// <summary>Digits only, 1 to 65535.</summary>
    public static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;
}
