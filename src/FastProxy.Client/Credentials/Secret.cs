using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FastProxy.Client.Credentials;

/// <summary>
/// A value that cannot be printed by accident: it has no public text but <see cref="Reveal"/>, which is called where it goes on
/// the wire and nowhere else.
/// </summary>
public sealed class Secret : IDisposable
{
    private readonly char[] _value;

    /// <summary>Copies <paramref name="value"/>.</summary>
    public Secret(ReadOnlySpan<char> value) => _value = value.ToArray();

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => _value.Length == 0;

    /// <summary>The value in clear.</summary>
    public string Reveal() => new(_value);

    /// <summary>Always <c>[redacted]</c>.</summary>
    public override string ToString() => "[redacted]";

    /// <summary>Overwrites the value. Strings made by <see cref="Reveal"/> live on until they are collected.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_value.AsSpan()));
}
