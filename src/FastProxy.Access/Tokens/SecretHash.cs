using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace FastProxy.Access.Tokens;

/// <summary>
/// The SHA-256 of a client secret: all that is ever kept of it. A plain hash is enough because the secret is 32 random bytes: there is
/// nothing to guess. <c>default</c> matches no secret.
/// </summary>
public readonly struct SecretHash : IEquatable<SecretHash>
{
    /// <summary>The length of the hash in bytes.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    private readonly byte[]? _bytes;

    private SecretHash(byte[] bytes)
    {
        _bytes = bytes;
    }

    /// <summary>
    /// What is kept of a token that has no secret: 32 zero bytes, which no secret is known to have as its hash, and compared like any other.
    /// </summary>
    public static SecretHash None { get; } = new(new byte[Length]);

    /// <summary>True where a hash is held; false for <c>default</c>.</summary>
    public bool HasValue => _bytes is not null;

    /// <summary>Hashes a secret. What is beyond <see cref="ClientSecret.MaximumLength"/> characters is not looked at: no secret is that long.</summary>
    public static SecretHash Of(ReadOnlySpan<char> secret)
    {
        var bytes = new byte[Length];
        Hash(secret, bytes);
        return new SecretHash(bytes);
    }

    /// <summary>Takes a stored hash. False when it is not exactly <see cref="Length"/> bytes.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out SecretHash hash)
    {
        hash = bytes.Length == Length ? new SecretHash(bytes.ToArray()) : default;
        return hash.HasValue;
    }

    /// <summary>
    /// Whether this is the hash of <paramref name="secret"/>, compared in fixed time. A secret longer than
    /// <see cref="ClientSecret.MaximumLength"/> costs no more than one of that length and never matches.
    /// </summary>
    public bool Matches(ReadOnlySpan<char> secret)
    {
        Span<byte> presented = stackalloc byte[Length];
        Hash(secret, presented);
        return Matches(presented) & (secret.Length <= ClientSecret.MaximumLength);
    }

    /// <summary>A copy of the hash for storage; empty for <c>default</c>.</summary>
    public byte[] ToByteArray() => _bytes is null ? [] : [.. _bytes];

    /// <summary>Never the hash itself.</summary>
    public override string ToString() => "[hash]";

    /// <inheritdoc/>
    public bool Equals(SecretHash other) =>
        HasValue == other.HasValue && CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is SecretHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _bytes is null ? 0 : BitConverter.ToInt32(_bytes, 0);

    /// <summary>Whether both hold the same hash.</summary>
    public static bool operator ==(SecretHash left, SecretHash right) => left.Equals(right);

    /// <summary>Whether they hold different hashes.</summary>
    public static bool operator !=(SecretHash left, SecretHash right) => !left.Equals(right);

    internal bool Matches(ReadOnlySpan<byte> presentedHash) => CryptographicOperations.FixedTimeEquals(_bytes, presentedHash);

    internal static void Hash(ReadOnlySpan<char> secret, Span<byte> destination)
    {
        // Bounded, so that a header of a megabyte is not a way to burn a core.
        var bounded = secret[..Math.Min(secret.Length, ClientSecret.MaximumLength)];
        Span<byte> utf8 = stackalloc byte[ClientSecret.MaximumLength * 3];
        var length = Encoding.UTF8.GetBytes(bounded, utf8);
        SHA256.HashData(utf8[..length], destination);
        CryptographicOperations.ZeroMemory(utf8);
    }
}
