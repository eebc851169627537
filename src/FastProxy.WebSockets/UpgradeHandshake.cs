using System.Security.Cryptography;
using System.Text;

namespace FastProxy.WebSockets;

/// <summary>The keys of the opening handshake (RFC 6455 section 4).</summary>
public static class UpgradeHandshake
{
    private const int KeyBytes = 16;
    private const int KeyChars = 24;

    // RFC 6455 section 1.3.
    private static ReadOnlySpan<byte> Guid => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    /// <summary>A fresh <c>Sec-WebSocket-Key</c>: 16 random bytes in base64.</summary>
    public static string CreateKey()
    {
        Span<byte> random = stackalloc byte[KeyBytes];
        RandomNumberGenerator.Fill(random);
        return Convert.ToBase64String(random);
    }

    /// <summary>The <c>Sec-WebSocket-Accept</c> that answers a key: base64 of the SHA-1 of the key and a fixed GUID.</summary>
    /// <param name="key">A key that <see cref="IsValidKey"/> accepts.</param>
    /// <exception cref="ArgumentException">The key is not one.</exception>
    public static string ComputeAccept(string key)
    {
        if (!IsValidKey(key))
        {
            throw new ArgumentException("A Sec-WebSocket-Key is the base64 of 16 bytes.", nameof(key));
        }

        // SHA-1 is what RFC 6455 asks for; nothing secret or trusted hangs on it.
        Span<byte> input = stackalloc byte[KeyChars + Guid.Length];
        Encoding.ASCII.GetBytes(key, input);
        Guid.CopyTo(input[KeyChars..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input, hash);
        return Convert.ToBase64String(hash);
    }

    /// <summary>True for 24 characters that are the base64 of 16 bytes; false for everything else, null too.</summary>
    public static bool IsValidKey(string? key)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes];
        return key is { Length: KeyChars } && Convert.TryFromBase64String(key, bytes, out var written) && written == KeyBytes;
    }
}
