using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace FastProxy.Access.Tokens;

/// <summary>The public half of a service token: 32 lower-case hex digits and <c>.access</c>. It stays the same when the secret is rotated.</summary>
public static class ClientId
{
    /// <summary>The longest client id that is looked at, in characters.</summary>
    public const int MaximumLength = 128;

    private const int HexDigits = 32;
    private const string Suffix = ".access";

    /// <summary>A new client id from 16 random bytes.</summary>
    public static string Create() => RandomNumberGenerator.GetHexString(HexDigits, lowercase: true) + Suffix;

    /// <summary>
    /// Whether the text has the form of a client id: ours, or the older form <c>&lt;32 hex&gt;.access.&lt;domain&gt;</c>, which may be taken over.
    /// </summary>
    public static bool IsValid([NotNullWhen(true)] string? text)
    {
        if (text is null || text.Length < HexDigits + Suffix.Length || text.Length > MaximumLength)
        {
            return false;
        }

        var rest = text.AsSpan(HexDigits);
        if (text.AsSpan(0, HexDigits).ContainsAnyExcept("0123456789abcdef") || !rest.StartsWith(Suffix, StringComparison.Ordinal))
        {
            return false;
        }

        var domain = rest[Suffix.Length..];
        return domain.IsEmpty
            || (domain.Length > 1 && domain[0] == '.' && !domain.ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-."));
    }
}
