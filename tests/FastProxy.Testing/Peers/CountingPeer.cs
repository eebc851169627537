using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace FastProxy.Testing.Peers;

/// <summary>
/// Answers with the SHA-256 of all it received, and knows every session's first bytes again: whoever gives each session random bytes learns
/// whether one was delivered twice.
/// </summary>
public sealed class CountingPeer : TcpPeer
{
    private const int Identity = 16;

    private readonly ConcurrentDictionary<string, byte> _seen = new();

    /// <summary>The first bytes of sessions that came a second time.</summary>
    public ConcurrentQueue<string> SeenTwice { get; } = new();

    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        var first = new MemoryStream();
        for (int read; (read = await socket.ReceiveAsync(buffer, cancellationToken)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            if (first.Length < Identity)
            {
                first.Write(buffer, 0, read);
                if (first.Length >= Identity && Convert.ToHexString(first.ToArray().AsSpan(0, Identity)) is var id && !_seen.TryAdd(id, 0))
                {
                    SeenTwice.Enqueue(id);
                }
            }
        }

        await socket.SendAllAsync(hash.GetHashAndReset(), cancellationToken);
        socket.Shutdown(SocketShutdown.Send);
    }
}
