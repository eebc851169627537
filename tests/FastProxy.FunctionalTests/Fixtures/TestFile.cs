using System.Security.Cryptography;
using FastProxy.Testing;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>Files of seeded bytes and their digests.</summary>
public static class TestFile
{
    /// <summary>Writes a file of so many seeded bytes; returns its SHA-256 in lower-case hex.</summary>
    public static string Write(string path, int length, int seed)
    {
        var bytes = new SeededBytes(seed).ToArray(length);
        File.WriteAllBytes(path, bytes);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>The SHA-256 of a file, in lower-case hex.</summary>
    public static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
