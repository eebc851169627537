using System.Net;
using System.Net.Sockets;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Tcp;

/// <summary>Sends seeded bytes over a TCP connection to an echo and reads them back meanwhile.</summary>
internal static class EchoExchange
{
    private const int MaxChunk = 256 * 1024;

    /// <summary>Runs one connection: sends all in chunks of random sizes, then FIN, and reads to the end.</summary>
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="bytes">What to send.</param>
    /// <param name="length">How much of it.</param>
    /// <param name="chunkSeed">Chooses the sizes; null sends whole buffers.</param>
    /// <param name="cancellationToken">Bounds it all.</param>
    public static async Task<ReceivedBytes> RunAsync(int port, SeededBytes bytes, long length, int? chunkSeed, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        var receiving = ReceivedBytes.ReadToEndAsync(socket, cancellationToken);
        var random = chunkSeed is { } seed ? new Random(seed) : null;
        var buffer = new byte[MaxChunk];
        for (long position = 0; position < length;)
        {
            var chunk = random is null ? MaxChunk : random.Next(1, random.Next(2, MaxChunk));
            var part = buffer.AsMemory(0, (int)Math.Min(chunk, length - position));
            bytes.Fill(part.Span, position);
            await socket.SendAllAsync(part, cancellationToken);
            position += part.Length;
        }

        socket.Shutdown(SocketShutdown.Send);
        return await receiving;
    }
}
