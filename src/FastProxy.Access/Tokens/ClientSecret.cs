using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace FastProxy.Access.Tokens;

/// <summary>The secret half of a service token, in the clear: it exists between its creation and the one answer that shows it.</summary>
public sealed class ClientSecret
{
    /// <summary>The longest secret that is accepted, in characters. Ours have 64; ones taken over from elsewhere are of that order.</summary>
    public const int MaximumLength = 256;

    /// <summary>The shortest secret that may be taken over, in characters: below it guessing becomes thinkable.</summary>
    public const int MinimumLength = 32;

    // 32 bytes = 256 bits: the hash that is kept has no more.
    private const int RandomBytes = 32;

    private readonly string _value;

    private ClientSecret(string value)
    {
        _value = value;
    }

    /// <summary>A new secret: 32 random bytes shown as 64 lower-case hex digits.</summary>
    public static ClientSecret Create() => Create("");

    /// <summary>A new secret that begins with a text anybody may know.</summary>
    internal static ClientSecret Create(string prefix) => new(prefix + RandomNumberGenerator.GetHexString(RandomBytes * 2, lowercase: true));

    /// <summary>
    /// Takes over an existing secret. False, with a sentence that never repeats the secret, when it is shorter than
    /// <see cref="MinimumLength"/>, longer than <see cref="MaximumLength"/>, or has anything but visible ASCII (it travels in a header).
    /// </summary>
    public static bool TryImport(string? text, [NotNullWhen(true)] out ClientSecret? secret, [NotNullWhen(false)] out string? error)
    {
        secret = null;
        error = null;
        if (text is null || text.Length < MinimumLength)
        {
            error = $"the client secret is shorter than {MinimumLength} characters";
        }
        else if (text.Length > MaximumLength)
        {
            error = $"the client secret is longer than {MaximumLength} characters";
        }
        else if (text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            error = "the client secret has a character that a header cannot carry (visible ASCII only)";
        }
        else
        {
            secret = new ClientSecret(text);
        }

        return error is null;
    }

    /// <summary>The secret itself, for the one answer that shows it.</summary>
    public string Reveal() => _value;

    /// <summary>What is stored instead of the secret.</summary>
    public SecretHash ToHash() => SecretHash.Of(_value);

    /// <summary>Never the secret.</summary>
    public override string ToString() => "[redacted]";
}
