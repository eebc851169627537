using FastProxy.Transport.Splicing;
using FastProxy.WebSockets;

namespace FastProxy.Transport.Streams;

/// <summary>
/// The client's end of a <c>fastproxy.v1</c> stream: an authenticated connection that carries one session after another. Between two
/// sessions it is idle, and <see cref="WatchAsync"/> reads it.
/// </summary>
public sealed class ClientStream
{
    private readonly WebSocketLink _link;
    private readonly LinkReader _reader;
    private readonly TimeProvider _timeProvider;
    private long _lastId;
    private long _pings;
    private long _heard;
    private volatile bool _draining;

    /// <summary>Takes over a connection that was upgraded to <c>fastproxy.v1</c>.</summary>
    /// <param name="connection">The socket or TLS connection, with whatever was read behind the upgrade as its leftover.</param>
    /// <param name="zeroMask">Whether the mask key is zero: over TLS and on loopback.</param>
    /// <param name="timeProvider">The clock.</param>
    public ClientStream(SpliceEnd connection, bool zeroMask, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _link = new WebSocketLink(connection, new LinkOptions(PeerRole.Client, zeroMask, TextHandling.Control, StreamProtocol.LongestMessage, timeProvider));
        _reader = new LinkReader(_link);
        OnHeard();
    }

    /// <summary>Timestamp of when the gateway was last heard between or at the ends of sessions.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>Whether the gateway has said that it starts no more sessions here.</summary>
    public bool IsDraining => _draining;

    /// <summary>How many sessions were opened on it.</summary>
    public long Sessions => _lastId;

    /// <summary>The session that was opened with the upgrade: it is number 1, and open.</summary>
    /// <param name="last">Whether the stream closes with it.</param>
    public ClientSession BeginOpened(bool last)
    {
        _lastId = 1;
        return new ClientSession(this, _link, _reader, 1, opened: true, last);
    }

    /// <summary>Begins the next session. Nothing may watch the stream, and the one before must be over.</summary>
    public ClientSession Begin()
    {
        _reader.Resume();
        return new ClientSession(this, _link, _reader, ++_lastId, opened: false, last: false);
    }

    /// <summary>
    /// Reads an idle stream: answers <c>ping</c>, notes <c>pong</c>, and returns when it must not be used any more. Null when
    /// <see cref="StopWatching"/> ended the watch instead, and the stream is good.
    /// </summary>
    public async Task<IdleEnd?> WatchAsync()
    {
        _reader.Resume();
        while (true)
        {
            switch (await _reader.FillAsync())
            {
                case LinkStatus.Interrupted:
                    return null;

                case LinkStatus.Text when StreamMessage.TryParse(_link.Text, out var message, out _):
                    if (OnIdleMessage(message) is { } end)
                    {
                        return end;
                    }

                    break;

                case LinkStatus.Text or LinkStatus.Data:
                    _link.Violate(CloseCode.ProtocolError, "a message that does not belong between two sessions");
                    return IdleEnd.Unexpected;

                case LinkStatus.Close:
                    return IdleEnd.Closed;

                case LinkStatus.EndOfStream:
                    return IdleEnd.Lost;

                default:
                    return _link.Fault == ReasonCode.Protocol ? IdleEnd.Unexpected : IdleEnd.Lost;
            }
        }
    }

    /// <summary>Ends the watch, so that a session can begin; await the watch afterwards.</summary>
    public void StopWatching() => _reader.Interrupt();

    /// <summary>Asks an idle gateway whether it is there.</summary>
    public async ValueTask PingAsync() =>
        await _link.SendTextAsync(new StreamMessage { Type = StreamMessageType.Ping, Number = Interlocked.Increment(ref _pings) }.Encode());

    /// <summary>Ends the stream in order: Close, FIN, a bounded wait for the gateway's own end. Called once, when nothing else is under way.</summary>
    public async ValueTask CloseAsync()
    {
        _link.PostClose(CloseCode.Normal, default);
        await _reader.EndAsync();
    }

    /// <summary>Whether the gateway has vanished, as the kernel's account shows over several calls. Any thread may ask.</summary>
    /// <param name="keepAlive">The keep-alive interval.</param>
    /// <param name="impatient">Whether giving it up by mistake costs nobody anything.</param>
    public bool HasLostPeer(TimeSpan keepAlive, bool impatient) => _link.Loop?.HasLostPeer(keepAlive, impatient) == true;

    /// <summary>Breaks the connection at once.</summary>
    public void Abort() => _link.Abort(ReasonCode.StreamLost);

    internal void OnHeard() => Volatile.Write(ref _heard, _timeProvider.GetTimestamp());

    internal void OnDrain() => _draining = true;

    private IdleEnd? OnIdleMessage(in StreamMessage message)
    {
        OnHeard();
        switch (message.Type)
        {
            case StreamMessageType.Ping:
                _link.PostTextPong(message.ToPong().Encode());
                return null;

            case StreamMessageType.Pong:
                return null;

            case StreamMessageType.Drain:
                OnDrain();
                return IdleEnd.Drained;

            default:
                _link.Violate(CloseCode.ProtocolError, "a message that does not belong between two sessions");
                return IdleEnd.Unexpected;
        }
    }
}
