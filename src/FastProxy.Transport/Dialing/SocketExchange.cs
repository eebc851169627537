using System.Net.Sockets;

namespace FastProxy.Transport.Dialing;

/// <summary>Whole sends and exact receives for the few bytes of a proxy's handshake.</summary>
internal static class SocketExchange
{
    public static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    /// <summary>False when the peer ended first.</summary>
    public static async Task<bool> ReceiveAsync(Socket socket, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var read = await socket.ReceiveAsync(bytes, cancellationToken);
            if (read == 0)
            {
                return false;
            }

            bytes = bytes[read..];
        }

        return true;
    }
}
