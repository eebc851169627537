using System.Net.Sockets;
using System.Security.Cryptography;

namespace FastProxy.Testing.Peers;

/// <summary>What one direction of a connection carried, without keeping it.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Sha256">In lower-case hex.</param>
public sealed record ReceivedBytes(long Length, string Sha256)
{
    /// <summary>Reads until the peer's FIN.</summary>
    /// <exception cref="SocketException">The connection was reset.</exception>
    public static async Task<ReceivedBytes> ReadToEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var stream = new NetworkStream(socket, ownsSocket: false);
        return await ReadToEndAsync(stream, cancellationToken);
    }

    /// <summary>Reads until the stream's end.</summary>
    public static async Task<ReceivedBytes> ReadToEndAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        long length = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            length += read;
        }

        return new ReceivedBytes(length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
