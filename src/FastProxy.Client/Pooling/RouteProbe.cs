using System.Net;
using System.Net.Sockets;

namespace FastProxy.Client.Pooling;

/// <summary>Asks the kernel which way connections would take now, once for each way. Nothing is sent. Not thread-safe; one for each change of routes.</summary>
internal sealed class RouteProbe
{
    private readonly Dictionary<(IPAddress Local, IPEndPoint Remote), bool> _moved = [];

    /// <summary>
    /// Whether a new connection to <paramref name="remote"/> would leave from another address than <paramref name="local"/>, or not at all:
    /// the old one may still be open and lead nowhere. Many changes of routes (a container's, a VPN's to elsewhere) are none of ours.
    /// </summary>
    public bool HasMoved(IPEndPoint? local, IPEndPoint? remote)
    {
        if (local is null || remote is null)
        {
            return false;
        }

        if (!_moved.TryGetValue((local.Address, remote), out var moved))
        {
            moved = Ask(local.Address, remote);
            _moved.Add((local.Address, remote), moved);
        }

        return moved;
    }

    private static bool Ask(IPAddress local, IPEndPoint remote)
    {
        Socket probe;
        try
        {
            probe = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        }
        catch (SocketException)
        {
            // No descriptor, no memory, no permission: that says nothing of the way.
            return false;
        }

        using (probe)
        {
            try
            {
                // Connecting a UDP socket looks the route up and sends no packet.
                probe.Connect(remote);
                return probe.LocalEndPoint is not IPEndPoint now || !now.Address.Equals(local);
            }
            catch (SocketException exception)
            {
                return exception.SocketErrorCode is SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.AddressNotAvailable;
            }
        }
    }
}
