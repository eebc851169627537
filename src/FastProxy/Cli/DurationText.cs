using System.Globalization;
using FastProxy.Access;
using FastProxy.Cli.Api;

namespace FastProxy.Cli;

/// <summary>Durations of the command line: those of Go, which end at hours.</summary>
internal static class DurationText
{
    /// <summary>How the API writes a duration without an end.</summary>
    private const string Forever = "forever";

    /// <summary>The text where it is a duration; null where there is none.</summary>
    /// <param name="option">The option, for the error.</param>
    /// <param name="text">Its value; null where it was not given.</param>
    /// <param name="mayBeForever">Whether <c>forever</c> is one.</param>
    /// <exception cref="ApiFailure">It is none.</exception>
    public static string? Check(string option, string? text, bool mayBeForever = false) =>
        text is null || GoDuration.TryParse(text, out _) || (mayBeForever && text == Forever) ? text : throw ApiFailure.Usage(
            $"{option} is a duration such as 24h or 1h30m{(mayBeForever ? ", or forever" : "")}{(InHours(text) is { } hours ? $", and not '{text}': write {hours}" : "")}");

    /// <summary>What somebody meant who wrote days, weeks or years.</summary>
    private static string? InHours(string text)
    {
        var hours = text is [.., var unit] ? unit switch { 'd' => 24, 'w' => 168, 'y' => 8760, _ => 0 } : 0;
        return hours > 0 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 10_000
            ? string.Create(CultureInfo.InvariantCulture, $"{count * hours}h")
            : null;
    }
}
