using System.Net.Sockets;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Peers;

/// <summary>Sends without end and never reads. Its send buffer is small, so that a stall is felt early.</summary>
public sealed class FloodPeer : TcpPeer
{
    private long _sent;

    /// <summary>Bytes that all connections have handed to the system so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        socket.SendBufferSize = 16 * 1024;
        var buffer = new byte[64 * 1024];
        while (true)
        {
            Interlocked.Add(ref _sent, await socket.SendAsync(buffer, cancellationToken));
        }
    }
}
