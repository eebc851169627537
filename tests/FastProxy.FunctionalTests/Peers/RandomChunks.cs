using System.Net.Sockets;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Peers;

/// <summary>Sends in chunks of random lengths, as many short as long ones.</summary>
public static class RandomChunks
{
    private const int LongestPower = 18;

    /// <summary>Sends the first <paramref name="length"/> bytes.</summary>
    public static async Task SendAsync(Socket socket, SeededBytes bytes, long length, Random random, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << LongestPower];
        for (long position = 0; position < length;)
        {
            var chunk = buffer.AsMemory(0, (int)Math.Min(Next(random), length - position));
            bytes.Fill(chunk.Span, position);
            await socket.SendAllAsync(chunk, cancellationToken);
            position += chunk.Length;
        }
    }

    /// <summary>A length from 1 to 256 KiB, its magnitude evenly distributed.</summary>
    public static int Next(Random random) => random.Next(1, (1 << random.Next(LongestPower + 1)) + 1);
}
