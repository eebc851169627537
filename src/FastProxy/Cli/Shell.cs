namespace FastProxy.Cli;

/// <summary>Words of a command line that is printed to be pasted.</summary>
internal static class Shell
{
    /// <summary>The word, in single quotes where a POSIX shell would not take it as it is.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/' or '@' or '%' or '+' or ',')
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
