using Microsoft.Extensions.Logging;

namespace FastProxy.Tests.Gateway;

/// <summary>A log whose writing of one event fails, as a full disk makes it fail: the way to break the gateway at a chosen point.</summary>
internal sealed class FailingLogger(string eventName) : ILogger, ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name == eventName)
        {
            throw new InvalidOperationException("the log cannot be written");
        }
    }

    public void Dispose()
    {
    }
}
