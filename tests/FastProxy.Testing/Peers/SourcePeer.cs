using System.Net.Sockets;

namespace FastProxy.Testing.Peers;

/// <summary>Sends a given length of seeded bytes to everyone who connects, then FIN, and reads to the other end's FIN.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="length">How many.</param>
public sealed class SourcePeer(SeededBytes bytes, long length) : TcpPeer
{
    private readonly TaskCompletionSource<ReceivedBytes> _received = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the first connection to finish had sent here.</summary>
    public Task<ReceivedBytes> Received => _received.Task;

    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var receiving = ReceivedBytes.ReadToEndAsync(socket, cancellationToken);
        using (var stream = new NetworkStream(socket, ownsSocket: false))
        {
            await bytes.WriteToAsync(stream, length, 64 * 1024, cancellationToken);
        }

        socket.Shutdown(SocketShutdown.Send);
        _received.TrySetResult(await receiving);
    }
}
