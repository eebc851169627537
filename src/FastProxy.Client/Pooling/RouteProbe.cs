using System.Net;
using System.Net.Sockets;

namespace FastProxy.Client.Pooling;

/// <summary>Asks the kernel which way a connection would take now. Nothing is sent.</summary>
internal static class RouteProbe
{
    /// <summary>
    /// Whether a new connection to <paramref name="remote"/> would leave from another address than <paramref name="local"/>, or not at all:
    /// the old one may still be open and lead nowhere. Many changes of routes (a container's, a VPN's to elsewhere) are none of ours.
    /// </summary>
    public static bool HasMoved(IPEndPoint? local, IPEndPoint? remote)
    {
        if (local is null || remote is null)
        {
            return false;
        }

        try
        {
            // Connecting a UDP socket looks the route up and sends no packet.
            using var probe = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(remote);
            return probe.LocalEndPoint is not IPEndPoint now || !now.Address.Equals(local.Address);
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
