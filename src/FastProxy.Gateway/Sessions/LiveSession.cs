using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>A session that holds a place in the registry. Disposing gives the place back.</summary>
internal sealed class LiveSession : IDisposable
{
    private readonly SessionRegistry _registry;
    private readonly CancellationTokenSource _ended = new();
    private int _reason = (int)ReasonCode.Shutdown;
    private int _disposed;

    public LiveSession(SessionRegistry registry, Admission admission, Caller caller)
    {
        _registry = registry;
        Admission = admission;
        Caller = caller;
    }

    public Admission Admission { get; }

    public Caller Caller { get; }

    /// <summary>Fires when the gateway ends the session; <see cref="Reason"/> says why.</summary>
    public CancellationToken Ended => _ended.Token;

    public ReasonCode Reason => (ReasonCode)Volatile.Read(ref _reason);

    public void End(ReasonCode reason)
    {
        Volatile.Write(ref _reason, (int)reason);
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in the same moment.
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _registry.Leave(this);
            _ended.Dispose();
        }
    }
}
