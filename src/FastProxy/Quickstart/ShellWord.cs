using System.Buffers;

namespace FastProxy.Quickstart;

/// <summary>Words for a POSIX shell to read back as they are.</summary>
internal static class ShellWord
{
    private static readonly SearchValues<char> s_plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=@%+,");

    /// <summary>The word itself where the shell has nothing to interpret in it, else in double quotes, which a single-quoted text may hold.</summary>
    public static string Quote(string text)
    {
        if (text.Length > 0 && text.AsSpan().IndexOfAnyExcept(s_plain) < 0)
        {
            return text;
        }

        // POSIX.1 XCU 2.2.3: these four keep their meaning between double quotes.
        foreach (var special in (ReadOnlySpan<string>)["\\", "\"", "$", "`"])
        {
            text = text.Replace(special, "\\" + special, StringComparison.Ordinal);
        }

        return $"\"{text}\"";
    }

    /// <summary>The text in single quotes, whatever it holds.</summary>
    public static string Verbatim(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
