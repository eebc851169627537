using System.Net.Sockets;

namespace FastProxy.Testing.Peers;

/// <summary>What a test needs of a socket beyond its own methods.</summary>
public static class SocketExtensions
{
    /// <summary>Sends all of <paramref name="bytes"/>, however many calls it takes.</summary>
    public static async Task SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var sent = await socket.SendAsync(bytes, cancellationToken);
            bytes = bytes[sent..];
        }
    }

    /// <summary>Closes so that the peer sees RST, whatever is still unsent.</summary>
    public static void Reset(this Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }
}
