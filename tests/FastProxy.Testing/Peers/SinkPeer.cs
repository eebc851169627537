using System.Net.Sockets;

namespace FastProxy.Testing.Peers;

/// <summary>
/// Reads nothing until <see cref="Resume"/>, so that everything before it fills up; then reads all there is. Its receive buffer is
/// small, so that the stall is felt early.
/// </summary>
public sealed class SinkPeer : TcpPeer
{
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ReceivedBytes> _received = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the first connection to finish had carried.</summary>
    public Task<ReceivedBytes> Received => _received.Task;

    /// <summary>Lets every connection read from now on.</summary>
    public void Resume() => _resumed.TrySetResult();

    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        socket.ReceiveBufferSize = 16 * 1024;
        await _resumed.Task.WaitAsync(cancellationToken);
        _received.TrySetResult(await ReceivedBytes.ReadToEndAsync(socket, cancellationToken));
        socket.Shutdown(SocketShutdown.Send);
    }
}
