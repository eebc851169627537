using System.Buffers;

namespace FastProxy.WebSockets;

/// <summary>The little of HTTP/1.1's grammar (RFC 9110, RFC 9112) that a handshake needs.</summary>
internal static class HttpSyntax
{
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> s_token = SearchValues.Create(TokenCharacters);
    private static readonly SearchValues<byte> s_tokenBytes = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>RFC 9110 section 5.6.2: a header name, a subprotocol.</summary>
    internal static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(s_token);

    /// <inheritdoc cref="IsToken(ReadOnlySpan{char})"/>
    internal static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(s_tokenBytes);

    /// <summary>True if a byte may not stand in a field value or reason phrase: a control character other than tab.</summary>
    internal static bool HasControl(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            if (b is (< 0x20 and not (byte)'\t') or 0x7F)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a comma-separated list holds the token.</summary>
    internal static bool ListContains(ReadOnlySpan<char> list, ReadOnlySpan<char> token, StringComparison comparison)
    {
        foreach (var range in list.Split(','))
        {
            if (list[range].Trim(" \t").Equals(token, comparison))
            {
                return true;
            }
        }

        return false;
    }
}
