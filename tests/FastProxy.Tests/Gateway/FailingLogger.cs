using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FastProxy.Tests.Gateway;

/// <summary>A log whose writing of one event fails, as a full disk makes it fail: the way to break the gateway at a chosen point.</summary>
internal sealed class FailingLogger(string eventName) : ILogger, ILoggerFactory
{
    private readonly ConcurrentQueue<string?> _events = new();

    /// <summary>The names of the events that were written, or should have been.</summary>
    public IEnumerable<string?> Events => _events;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _events.Enqueue(eventId.Name);
        if (eventId.Name == eventName)
        {
            throw new InvalidOperationException("the log cannot be written");
        }
    }

    public void Dispose()
    {
    }
}
