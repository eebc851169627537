using System.Security.Cryptography;

namespace FastProxy.Access.Applications;

/// <summary>The audience tag of an application, its name in the tokens issued for it: 64 lower-case hex digits.</summary>
public static class ApplicationAudience
{
    private const int HexDigits = 64;

    /// <summary>A new tag from 32 random bytes.</summary>
    public static string Create() => RandomNumberGenerator.GetHexString(HexDigits, lowercase: true);

    /// <summary>Whether the text has the form of a tag.</summary>
    public static bool IsValid(string? text) => text?.Length == HexDigits && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");
}
