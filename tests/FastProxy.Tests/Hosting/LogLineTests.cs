using FastProxy.Hosting;
using Microsoft.Extensions.Logging;

namespace FastProxy.Tests.Hosting;

public sealed class LogLineTests
{
    private static readonly DateTimeOffset s_time = new(2026, 11, 22, 8, 5, 1, 23, TimeSpan.FromHours(1));

    [Fact]
    public void An_event_is_time_level_message_and_fields()
    {
        var line = LogLine.Format(
            s_time,
            LogLevel.Information,
            new EventId(1, "Opened"),
            "Session 7 opened.",
            [new("SessionId", 7), new("App", "a b"), new("Empty", null), new("{OriginalFormat}", "Session {SessionId} opened.")],
            null);

        Assert.Equal("2026-11-22T07:05:01.023Z info Session 7 opened. event=Opened session_id=7 app=\"a b\" empty=\"\"", line);
    }

    [Fact]
    public void Whatever_a_value_holds_it_stays_one_line_of_text()
    {
        var line = LogLine.Format(
            s_time, LogLevel.Error, default, "x\n2026 info forged", [new("Name", "a\r\n\u001b[31m\"=\u2028")], new InvalidOperationException("two\nlines"));

        Assert.DoesNotContain(line, c => char.IsControl(c) || c == '\u2028');
        Assert.Contains("x\\n2026 info forged", line, StringComparison.Ordinal);
        Assert.Contains("name=\"a\\u000d\\n\\u001b[31m\\\"=\\u2028\"", line, StringComparison.Ordinal);
        Assert.Contains("exception=\"System.InvalidOperationException: two\\nlines\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_are_of_ISO_8601()
    {
        var line = LogLine.Format(s_time, LogLevel.Information, default, "m", [new("NotAfter", s_time), new("At", s_time.UtcDateTime)], null);
        Assert.EndsWith(" not_after=2026-11-22T07:05:01.023Z at=2026-11-22T07:05:01.023Z", line, StringComparison.Ordinal);
    }
}
