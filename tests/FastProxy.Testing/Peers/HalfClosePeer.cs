using System.Net.Sockets;

namespace FastProxy.Testing.Peers;

/// <summary>Says nothing until the other end has finished sending, then answers. Through a path without half-close it is never heard.</summary>
/// <param name="answer">Makes the answer from what was received.</param>
public sealed class HalfClosePeer(Func<ReceivedBytes, ReadOnlyMemory<byte>> answer) : TcpPeer
{
    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var received = await ReceivedBytes.ReadToEndAsync(socket, cancellationToken);
        await socket.SendAllAsync(answer(received), cancellationToken);
        socket.Shutdown(SocketShutdown.Send);
    }
}
