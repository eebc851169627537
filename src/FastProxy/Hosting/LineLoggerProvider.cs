using System.Text;
using Microsoft.Extensions.Logging;

namespace FastProxy.Hosting;

/// <summary>
/// Writes the log: one line an event. Whoever logs only leaves the line; a thread of the log's own writes what has gathered, so that a
/// stderr that takes nothing (a stopped pipe, a full disk) holds no session up. Thread-safe.
/// </summary>
internal sealed class LineLoggerProvider : ILoggerProvider
{
    /// <summary>How many lines may wait, some 4 MB; the next ones are counted instead, and their number is logged.</summary>
    internal const int MostWaiting = 16 * 1024;

    /// <summary>How long the first line waits for others: a busy service then writes a hundred times a second, not thousands.</summary>
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(10);

    /// <summary>How long the end waits for a writer that takes nothing.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly TextWriter _writer;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private List<string> _waiting = [];
    private List<string> _writing = [];
    private long _lost;
    private bool _idle;
    private bool _closed;
    private bool _ended;

    /// <summary>A log on a writer, which stays its owner's.</summary>
    public LineLoggerProvider(TextWriter writer, TimeProvider time)
    {
        _writer = writer;
        _time = time;
        _thread = new Thread(Run) { IsBackground = true, Name = "fastproxy-log" };
        _thread.Start();
    }

    /// <summary>A logger factory that writes events from <paramref name="level"/> on to stderr; disposing it writes what waits.</summary>
    public static ILoggerFactory ToStandardError(LogLevel level, TimeProvider time)
    {
        var options = new LoggerFilterOptions { MinLevel = level };
        // The framework's own lines quote requests that it cannot parse, headers included: what they may hold stays out of any log.
        options.Rules.Add(new LoggerFilterRule(null, "Microsoft", level > LogLevel.Warning ? level : LogLevel.Warning, null));

        // Not Console.Error, which writes 256 characters at a time.
        var writer = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16 * 1024);
        var provider = new LineLoggerProvider(writer, time);

        // However the process ends, its last words are the ones that are needed.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => provider.Dispose();
        AppDomain.CurrentDomain.UnhandledException += (_, _) => provider.Dispose();
        return new LoggerFactory([provider], options);
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(this);

    /// <summary>Writes what waits, for two seconds at most. What is logged afterwards is written at once.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join(s_patience);
    }

    private void Write(string line)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                if (_waiting.Count == MostWaiting)
                {
                    _lost++;
                    return;
                }

                _waiting.Add(line);
                if (_idle)
                {
                    _idle = false;
                    Monitor.PulseAll(_gate);
                }

                return;
            }
        }

        TryWrite(line + _writer.NewLine);
    }

    private void Run()
    {
        while (true)
        {
            long lost;
            lock (_gate)
            {
                while (_waiting.Count == 0)
                {
                    if (_closed)
                    {
                        _ended = true;
                        return;
                    }

                    _idle = true;
                    Monitor.Wait(_gate);
                }

                _idle = false;
                if (!_closed)
                {
                    Monitor.Wait(_gate, s_gather);
                }

                (_waiting, _writing) = (_writing, _waiting);
                (lost, _lost) = (_lost, 0);
            }

            var lines = _writing.Count;
            if (lost > 0)
            {
                _writing.Add(LogLine.Format(_time.GetUtcNow(), LogLevel.Warning, default, $"{lost} lines of this log are missing here: what reads it was too slow, or its disk full", [], null));
            }

            _writing.Add("");
            if (!TryWrite(string.Join(_writer.NewLine, _writing)))
            {
                // There is nowhere to say it now; it is said when there is room again.
                lock (_gate)
                {
                    _lost += lost + lines;
                }
            }

            _writing.Clear();
        }
    }

    private bool TryWrite(string lines)
    {
        try
        {
            // The thread alone writes until it has ended, then everybody.
            lock (_writer)
            {
                _writer.Write(lines);
                _writer.Flush();
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
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
