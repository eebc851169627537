using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace FastProxy.Tests.Gateway;

/// <summary>A log that keeps its lines, to be waited for by the name of their event.</summary>
internal sealed class LineLog : ILogger, ILoggerFactory
{
    private readonly ConcurrentQueue<string> _all = new();
    private readonly ConcurrentDictionary<string, Channel<string>> _byEvent = new();

    /// <summary>The next line of an event that was not read yet.</summary>
    public async Task<string> ReadAsync(string eventName)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await Of(eventName).Reader.ReadAsync(patience.Token);
    }

    /// <summary>How many lines of an event wait to be read.</summary>
    public int Count(string eventName) => Of(eventName).Reader.Count;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{logLevel} {formatter(state, exception)}";
        _all.Enqueue(line);
        Of(eventId.Name ?? "").Writer.TryWrite(line);
    }

    public void Dispose()
    {
    }

    public override string ToString() => string.Join('\n', _all);

    private Channel<string> Of(string eventName) => _byEvent.GetOrAdd(eventName, _ => Channel.CreateUnbounded<string>());
}
