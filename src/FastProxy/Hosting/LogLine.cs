using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace FastProxy.Hosting;

/// <summary>An event as one line: ISO time, level, message, then <c>key=value</c> for machines.</summary>
internal static class LogLine
{
    /// <summary>
    /// The line, without its end. Whatever the values hold, it stays one line, and shows nothing to a terminal but text.
    /// </summary>
    public static string Format(
        DateTimeOffset time,
        LogLevel level,
        EventId eventId,
        string message,
        IReadOnlyList<KeyValuePair<string, object?>> fields,
        Exception? exception)
    {
        var line = new StringBuilder(128 + message.Length);
        line.Append(Iso(time)).Append(' ').Append(Name(level)).Append(' ');
        Escape(line, message);
        if (eventId.Name is { } name)
        {
            line.Append(" event=").Append(name);
        }
        foreach (var (key, value) in fields)
        {
            if (key != "{OriginalFormat}")
            {
                Field(line, key, Text(value));
            }
        }
        if (exception is not null)
        {
            Field(line, "exception", exception.ToString());
        }
        return line.ToString();
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    // The invariant culture writes a time in the American way, without saying which hour it means.
    private static string Text(object? value) => value switch
    {
        DateTimeOffset time => Iso(time),
        DateTime time => Iso(time.ToUniversalTime()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    // Keys as every other surface writes them: RequestId becomes request_id.
    private static void Field(StringBuilder line, string key, string value)
    {
        line.Append(' ');
        for (var i = 0; i < key.Length; i++)
        {
            if (i > 0 && char.IsUpper(key[i]))
            {
                line.Append('_');
            }
            line.Append(char.ToLowerInvariant(key[i]));
        }
        line.Append('=');
        var quoted = value.Length == 0 || value.AsSpan().IndexOfAny(" \"=") >= 0;
        if (!quoted)
        {
            Escape(line, value);
            return;
        }
        line.Append('"');
        Escape(line, value.Replace("\"", "\\\"", StringComparison.Ordinal));
        line.Append('"');
    }

    private static void Escape(StringBuilder line, string text)
    {
        foreach (var c in text)
        {
            if (c == '\n')
            {
                line.Append("\\n");
            }
            else if (char.IsControl(c) || c is '\u2028' or '\u2029')
            {
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
            else
            {
                line.Append(c);
            }
        }
    }
}
