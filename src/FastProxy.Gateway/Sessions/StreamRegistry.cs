using System.Collections.Concurrent;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>The streams that were upgraded without a session, so that stopping can tell them. Thread-safe.</summary>
internal sealed class StreamRegistry
{
    private readonly ConcurrentDictionary<StreamSession, byte> _idle = new();

    /// <summary>Registers a stream until the result is disposed.</summary>
    public IDisposable Enter(StreamSession stream)
    {
        _idle[stream] = 0;
        return new Membership(this, stream);
    }

    /// <summary>Ends every stream that has no session.</summary>
    public void EndIdle(ReasonCode reason)
    {
        foreach (var stream in _idle.Keys)
        {
            if (stream.IsIdle)
            {
                stream.Abort(reason);
            }
        }
    }

    private sealed class Membership(StreamRegistry registry, StreamSession stream) : IDisposable
    {
        public void Dispose() => registry._idle.TryRemove(stream, out _);
    }
}
