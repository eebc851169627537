using FastProxy.Access.Applications;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>A <c>fastproxy.v1</c> stream that holds a place in the registry. Disposing gives the place back.</summary>
internal sealed class LiveStream(StreamRegistry registry, Caller caller, Application? application, long entered) : IDisposable
{
    private GatewayStream? _stream;
    private long _idleSince = entered;
    private int _disposed;

    public Caller Caller => caller;

    /// <summary>The application whose host it came in under; null where that is none.</summary>
    public Application? Application => application;

    /// <summary>The timestamp of its entry or of the end of its last session, whichever was later.</summary>
    public long IdleSince => Volatile.Read(ref _idleSince);

    /// <summary>The stream is up: from now on the registry can speak to its client.</summary>
    public void Attach(GatewayStream stream)
    {
        Volatile.Write(ref _stream, stream);
        registry.Recheck(this);
    }

    /// <summary>Waits for the client's <c>open</c>. Null when the stream is over, whoever ended it.</summary>
    public Task<StreamMessage?> WaitForOpenAsync(GatewayStream stream)
    {
        // The wait makes the stream idle before it returns. Looking only then leaves no gap: what happened earlier is seen here, and
        // what happens later finds an idle stream.
        Volatile.Write(ref _idleSince, registry.Now);
        var opening = stream.WaitForOpenAsync();
        registry.Recheck(this);
        return opening;
    }

    /// <summary>Tells the client that no more sessions are started.</summary>
    public void Drain(ReasonCode reason) => Volatile.Read(ref _stream)?.Drain(reason);

    /// <summary>Tells the client why and ends the stream, if it has no session: a session is ended by its own registry.</summary>
    public void EndIfIdle(ReasonCode reason) => Volatile.Read(ref _stream)?.EndIfIdle(reason);

    /// <summary>Breaks the stream, if it has no session and its client has vanished.</summary>
    public void AbortIfLost(TimeSpan keepAlive) => Volatile.Read(ref _stream)?.AbortIfLost(keepAlive);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            registry.Leave(this);
        }
    }
}
