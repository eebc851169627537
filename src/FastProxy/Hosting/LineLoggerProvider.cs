using Microsoft.Extensions.Logging;

namespace FastProxy.Hosting;

/// <summary>Writes the log: one line an event, on the writer it is given. Thread-safe.</summary>
internal sealed class LineLoggerProvider : ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly TextWriter _writer;
    private readonly TimeProvider _time;

    /// <summary>A log on a writer, which stays its owner's.</summary>
    public LineLoggerProvider(TextWriter writer, TimeProvider time)
    {
        _writer = writer;
        _time = time;
    }

    /// <summary>A logger factory that writes events from <paramref name="level"/> on to stderr.</summary>
    public static ILoggerFactory ToStandardError(LogLevel level, TimeProvider time)
    {
        var options = new LoggerFilterOptions { MinLevel = level };
        // The framework's own lines quote requests that it cannot parse, headers included: what they may hold stays out of any log.
        options.Rules.Add(new LoggerFilterRule(null, "Microsoft", level > LogLevel.Warning ? level : LogLevel.Warning, null));
        return new LoggerFactory([new LineLoggerProvider(Console.Error, time)], options);
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(this);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Write(string line)
    {
        lock (_gate)
        {
            _writer.WriteLine(line);
        }
    }

    private sealed class LineLogger(LineLoggerProvider owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var fields = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            owner.Write(LogLine.Format(owner._time.GetUtcNow(), logLevel, eventId, formatter(state, exception), fields, exception));
        }
    }
}
