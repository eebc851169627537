using System.Net.Sockets;

namespace FastProxy.Testing.Peers;

/// <summary>Reads a given number of bytes and then resets the connection.</summary>
/// <param name="afterBytes">How many; 0 resets every connection at once.</param>
public sealed class ResetPeer(long afterBytes) : TcpPeer
{
    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var left = afterBytes;
        while (left > 0)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken);
            if (read == 0)
            {
                break;
            }

            left -= read;
        }

        socket.Reset();
    }
}
