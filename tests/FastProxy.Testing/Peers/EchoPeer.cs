using System.Net.Sockets;

namespace FastProxy.Testing.Peers;

/// <summary>Sends back what it receives as it comes, and FIN after FIN.</summary>
public sealed class EchoPeer : TcpPeer
{
    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            await socket.SendAllAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        socket.Shutdown(SocketShutdown.Send);
    }
}
