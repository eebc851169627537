namespace FastProxy.Access.Policies;

/// <summary>
/// A country as ISO 3166-1 alpha-2 writes it, in upper case, or a code a proxy assigns itself, such as <c>T1</c> for the Tor network.
/// <c>default</c>: not known.
/// </summary>
public readonly record struct CountryCode
{
    private readonly char _first;
    private readonly char _second;

    private CountryCode(char first, char second)
    {
        _first = first;
        _second = second;
    }

    /// <summary>Whether it is a country at all.</summary>
    public bool IsKnown => _first != 0;

    /// <summary>
    /// Reads a code in either case. False (and <c>default</c>) for anything else, and for <c>XX</c>, by which proxies say that they do not
    /// know.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CountryCode code)
    {
        code = default;
        if (text.Length != 2 || !char.IsAsciiLetter(text[0]) || !char.IsAsciiLetterOrDigit(text[1])
            || text.Equals("XX", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        code = new CountryCode(char.ToUpperInvariant(text[0]), char.ToUpperInvariant(text[1]));
        return true;
    }

    /// <summary>The code in upper case; empty where it is not known.</summary>
    public override string ToString() => IsKnown ? new string([_first, _second]) : "";
}
