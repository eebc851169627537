using System.Net.Sockets;

namespace FastProxy.Load;

/// <summary>
/// The bytes of a bulk transfer: seeded noise whose period is prime, so that a lost, repeated or swapped buffer shows at once.
/// Comparing costs a tenth of hashing, which on two cores is the difference between measuring the proxy and measuring the check.
/// </summary>
internal static class Pattern
{
    /// <summary>One send or receive of the load side: as large as the largest batch under test.</summary>
    public const int Block = 256 * 1024;

    /// <summary>The largest prime below 64 Ki: no power-of-two buffer lines up with it, and it stays in the cache.</summary>
    private const int Period = 65521;

    private static readonly byte[] s_bytes = Create();

    public static void Send(Socket socket, long length)
    {
        for (long position = 0; position < length;)
        {
            position += socket.Send(At(position, (int)Math.Min(Block, length - position)));
        }
    }

    /// <summary>Receives and checks; returns the time from the first byte to the last.</summary>
    public static TimeSpan Receive(Socket socket, long length)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(Block);
        long started = 0;
        for (long position = 0; position < length;)
        {
            var count = socket.Receive(buffer);
            if (started == 0)
            {
                started = TimeProvider.System.GetTimestamp();
            }

            if (count == 0)
            {
                throw new IOException($"the connection ended after {position} of {length} bytes");
            }

            if (position + count > length || !buffer.AsSpan(0, count).SequenceEqual(At(position, count)))
            {
                throw new InvalidDataException($"wrong bytes between {position} and {position + count}");
            }

            position += count;
        }

        return TimeProvider.System.GetElapsedTime(started);
    }

    private static ReadOnlySpan<byte> At(long position, int count) => s_bytes.AsSpan((int)(position % Period), count);

    private static byte[] Create()
    {
        var noise = new byte[Period];
        new Random(20260301).NextBytes(noise);
        var bytes = new byte[Period + Block];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = noise[i % Period];
        }

        return bytes;
    }
}
