using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace FastProxy.Access.Tokens;

/// <summary>The secret half of a service token, in the clear: it exists between its creation and the one answer that shows it.</summary>
public sealed class ClientSecret
{
    /// <summary>The longest secret that is accepted, in characters. Ours have 64; ones taken over from elsewhere are of that order.</summary>
    public const int MaximumLength = 256;

    private const string NewForm = "cfast_";
    private const int NewFormRandom = 48;

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
    /// Takes over an existing secret of one of the two forms that are known to be random: 64 lower-case hex digits, or <c>cfast_</c> and 48
    /// letters and digits, the last eight a checksum. False otherwise, with a sentence that never repeats the secret: only a hash is kept,
    /// and a hash does not protect a secret that a person made up.
    /// </summary>
    public static bool TryImport(string? text, [NotNullWhen(true)] out ClientSecret? secret, [NotNullWhen(false)] out string? error)
    {
        secret = IsRandom(text) ? new ClientSecret(text) : null;
        error = secret is null ? "the client secret is neither 64 lower-case hex digits nor 'cfast_' and 48 letters and digits" : null;
        return secret is not null;
    }

    /// <summary>The secret itself, for the one answer that shows it.</summary>
    public string Reveal() => _value;

    /// <summary>What is stored instead of the secret.</summary>
    public SecretHash ToHash() => SecretHash.Of(_value);

    /// <summary>Never the secret.</summary>
    public override string ToString() => "[redacted]";

    private static bool IsRandom([NotNullWhen(true)] string? text) =>
        text is not null
        && (text.StartsWith(NewForm, StringComparison.Ordinal)
            ? text.Length == NewForm.Length + NewFormRandom
                && !text.AsSpan(NewForm.Length).ContainsAnyExcept("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
            : text.Length == RandomBytes * 2 && !text.AsSpan().ContainsAnyExcept("0123456789abcdef"));
}
