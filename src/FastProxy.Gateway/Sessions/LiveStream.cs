using FastProxy.Access.Applications;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>A stream that was upgraded without a session and holds a place in the registry. Disposing gives the place back.</summary>
internal sealed class LiveStream(StreamRegistry registry, Caller caller, Application? application, long entered) : IDisposable
{
    private StreamSession? _session;
    private int _disposed;

    public Caller Caller => caller;

    /// <summary>The application whose host it came in under; null where that is none.</summary>
    public Application? Application => application;

    /// <summary>The timestamp of its entry: it has had no session since.</summary>
    public long Entered => entered;

    /// <summary>Waits for the client's <c>open</c>. Null when the stream is over, whoever ended it.</summary>
    public ValueTask<StreamMessage?> WaitForOpenAsync(StreamSession session, long id)
    {
        // The wait makes the stream idle before it returns. Looking only then leaves no gap: what happened earlier is seen here, and
        // what happens later finds an idle stream.
        Volatile.Write(ref _session, session);
        var opening = session.WaitForOpenAsync(id);
        registry.Recheck(this);
        return opening;
    }

    /// <summary>Tells the client why and ends the stream, if it has no session: a session is ended by its own registry.</summary>
    public void EndIfIdle(ReasonCode reason)
    {
        if (Volatile.Read(ref _session) is { IsIdle: true } session)
        {
            session.Abort(reason);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            registry.Leave(this);
        }
    }
}
