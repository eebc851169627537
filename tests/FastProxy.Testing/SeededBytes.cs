using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FastProxy.Testing;

/// <summary>
/// A stream of bytes that depends on nothing but its seed and the position, so that both ends of a transfer can make it, in any
/// chunks, without storing it. No two 8-byte blocks of a stream are alike: a lost, doubled or moved chunk changes the digest.
/// </summary>
/// <param name="seed">Chooses the stream.</param>
public sealed class SeededBytes(int seed)
{
    private readonly ulong _seed = (ulong)(uint)seed * 0xD1342543DE82EF95;

    /// <summary>Fills <paramref name="destination"/> with the stream's bytes from <paramref name="position"/> on.</summary>
    public void Fill(Span<byte> destination, long position)
    {
        Span<byte> block = stackalloc byte[sizeof(ulong)];
        while (!destination.IsEmpty)
        {
            var inBlock = (int)(position % sizeof(ulong));
            BinaryPrimitives.WriteUInt64LittleEndian(block, Block((ulong)(position / sizeof(ulong))));
            var taken = Math.Min(sizeof(ulong) - inBlock, destination.Length);
            block.Slice(inBlock, taken).CopyTo(destination);
            destination = destination[taken..];
            position += taken;
        }
    }

    /// <summary>The first <paramref name="length"/> bytes.</summary>
    public byte[] ToArray(int length)
    {
        var bytes = new byte[length];
        Fill(bytes, 0);
        return bytes;
    }

    /// <summary>The SHA-256 of the first <paramref name="length"/> bytes, in lower-case hex.</summary>
    public string Sha256(long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        for (long position = 0; position < length; position += buffer.Length)
        {
            var chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - position));
            Fill(chunk, position);
            hash.AppendData(chunk);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes the first <paramref name="length"/> bytes, in chunks of <paramref name="chunk"/> bytes.</summary>
    public async Task WriteToAsync(Stream stream, long length, int chunk, CancellationToken cancellationToken)
    {
        var buffer = new byte[(int)Math.Min(chunk, Math.Max(1, length))];
        for (long position = 0; position < length; position += buffer.Length)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - position));
            Fill(part.Span, position);
            await stream.WriteAsync(part, cancellationToken);
        }
    }

    /// <summary>SplitMix64's finaliser: a bijection, so different blocks differ.</summary>
    private ulong Block(ulong index)
    {
        var z = (index + _seed) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
