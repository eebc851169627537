using System.Net.Sockets;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Peers;

/// <summary>Echoes, and tells how its first connection ended.</summary>
public sealed class WitnessPeer : TcpPeer
{
    private readonly TaskCompletionSource<ConnectionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How the first connection to end did so.</summary>
    public Task<ConnectionEnd> Ended => _ended.Task;

    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
            {
                await socket.SendAllAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            _ended.TrySetResult(ConnectionEnd.Fin);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            _ended.TrySetResult(ConnectionEnd.Reset);
        }
    }
}
