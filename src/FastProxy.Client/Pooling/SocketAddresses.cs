using System.Net;
using System.Net.Sockets;

namespace FastProxy.Client.Pooling;

/// <summary>The two addresses of a connection.</summary>
internal static class SocketAddresses
{
    /// <summary>Nulls for a connection that is broken already.</summary>
    public static (IPEndPoint? Local, IPEndPoint? Remote) Of(Socket socket)
    {
        try
        {
            return (socket.LocalEndPoint as IPEndPoint, socket.RemoteEndPoint as IPEndPoint);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return (null, null);
        }
    }
}
