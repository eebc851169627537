using System.Net.Sockets;
using System.Security.Cryptography;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Peers;

/// <summary>
/// Sends so many seeded bytes while it receives so many, and ends only when both are through: for peers without half-close,
/// to whom the end of one direction is the end of both.
/// </summary>
/// <param name="bytes">What to send.</param>
/// <param name="send">How many of them.</param>
/// <param name="receive">How many bytes to wait for.</param>
public sealed class ExchangePeer(SeededBytes bytes, long send, long receive) : TcpPeer
{
    private readonly TaskCompletionSource<ReceivedBytes> _received = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What came in.</summary>
    public Task<ReceivedBytes> Received => _received.Task;

    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var stream = new NetworkStream(socket, ownsSocket: false);
        var receiving = ReceiveAsync(stream, cancellationToken);
        await bytes.WriteToAsync(stream, send, 64 * 1024, cancellationToken);
        _received.TrySetResult(await receiving);
        socket.Shutdown(SocketShutdown.Send);
        await ReceivedBytes.ReadToEndAsync(stream, cancellationToken);
    }

    private async Task<ReceivedBytes> ReceiveAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        long length = 0;
        while (length < receive)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, receive - length)), cancellationToken);
            if (read == 0)
            {
                break;
            }

            hash.AppendData(buffer, 0, read);
            length += read;
        }

        return new ReceivedBytes(length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
