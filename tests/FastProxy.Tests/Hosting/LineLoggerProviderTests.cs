using FastProxy.Hosting;
using FastProxy.Testing;
using Microsoft.Extensions.Logging;

namespace FastProxy.Tests.Hosting;

public sealed class LineLoggerProviderTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Every_line_is_written_in_order_before_the_end()
    {
        var writer = new StringWriter();
        using (var provider = new LineLoggerProvider(writer, new ManualTime()))
        {
            var logger = provider.CreateLogger("x");
            for (var i = 0; i < 1000; i++)
            {
                Log(logger, i);
            }
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"2030-01-01T00:00:00.000Z info line {i}"), Lines(writer));
    }

    [Fact]
    public void A_line_is_written_without_another_behind_it()
    {
        var writer = new GatedWriter();
        using var provider = new LineLoggerProvider(writer, new ManualTime());
        writer.Open();
        Log(provider.CreateLogger("x"), 1);
        Assert.True(writer.Written.Wait(s_patience));
    }

    [Fact]
    public void A_writer_that_takes_nothing_holds_nobody_up_and_what_was_too_much_is_counted()
    {
        var writer = new GatedWriter();
        using (var provider = new LineLoggerProvider(writer, new ManualTime()))
        {
            var logger = provider.CreateLogger("x");
            Log(logger, 0);
            Assert.True(writer.Entered.Wait(s_patience));

            // Nobody takes them, and yet this ends.
            for (var i = 1; i <= LineLoggerProvider.MostWaiting + 5; i++)
            {
                Log(logger, i);
            }

            writer.Open();
        }

        var lines = Lines(writer);
        Assert.Equal(LineLoggerProvider.MostWaiting + 2, lines.Length);
        Assert.EndsWith($"line {LineLoggerProvider.MostWaiting}", lines[^2], StringComparison.Ordinal);
        Assert.Contains(" warn 5 lines of this log are missing here", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_fails_nobody_and_is_told_when_there_is_room_again()
    {
        var writer = new GatedWriter { Full = true };
        using (var provider = new LineLoggerProvider(writer, new ManualTime()))
        {
            var logger = provider.CreateLogger("x");
            Log(logger, 1);
            Assert.True(writer.Entered.Wait(s_patience));
            writer.Open();
            Assert.True(writer.Written.Wait(s_patience));
            writer.Full = false;
            Log(logger, 2);
        }

        var lines = Lines(writer);
        Assert.EndsWith("line 2", lines[0], StringComparison.Ordinal);
        Assert.Contains(" warn 1 lines of this log are missing here", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_logged_after_the_end_is_written_at_once()
    {
        var writer = new StringWriter();
        var provider = new LineLoggerProvider(writer, new ManualTime());
        var logger = provider.CreateLogger("x");
        provider.Dispose();
        Log(logger, 1);
        Assert.EndsWith("line 1", Assert.Single(Lines(writer)), StringComparison.Ordinal);
    }

    private static void Log(ILogger logger, int number) => logger.Log(LogLevel.Information, default, number, null, static (state, _) => $"line {state}");

    private static string[] Lines(StringWriter writer) => writer.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Takes nothing until it is opened; then all, or nothing but an error.</summary>
    private sealed class GatedWriter : StringWriter
    {
        private readonly ManualResetEventSlim _open = new();

        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Written { get; } = new();

        public volatile bool Full;

        public void Open() => _open.Set();

        public override void Write(string? value)
        {
            Entered.Set();
            _open.Wait(s_patience);
            try
            {
                if (Full)
                {
                    throw new IOException("No space left on device");
                }

                base.Write(value);
            }
            finally
            {
                Written.Set();
            }
        }
    }
}
