using FastProxy.Transport.Splicing;
using FastProxy.WebSockets;

namespace FastProxy.Transport.Streams;

/// <summary>
/// The gateway's end of a <c>fastproxy.v1</c> stream: it waits for an <c>open</c>, reads ahead while the origin is dialled, carries the
/// session, and waits again. Between two sessions it holds no buffer and no timer.
/// </summary>
/// <remarks>
/// <code>
///   WaitForOpen ─► ReadAhead ─► StopReadingAhead ─┬─ Open ────────► splice ─┐
///        ▲                                        ├─ SendRefused            │
///        └────────────────────────────────────────┴─────────────────────────┘
/// </code>
/// One caller drives it; <see cref="Drain"/> and <see cref="EndIfIdle"/> may be called by any thread.
/// </remarks>
public sealed class GatewayStream
{
    private readonly WebSocketLink _link;
    private readonly LinkReader _reader;
    private readonly TimeProvider _timeProvider;
    private readonly object _lock = new();
    private readonly AheadBytes _ahead = new();
    private Task<AheadEnd>? _readingAhead;
    private long _id;
    private bool _idle;
    private bool _drained;

    /// <summary>Takes over a connection that was upgraded to <c>fastproxy.v1</c>.</summary>
    /// <param name="connection">The socket or TLS connection, with whatever was read behind the upgrade as its leftover.</param>
    /// <param name="timeProvider">The clock.</param>
    public GatewayStream(SpliceEnd connection, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _link = new WebSocketLink(connection, new LinkOptions(PeerRole.Server, ZeroMask: true, TextHandling.Control, StreamProtocol.LongestMessage, timeProvider));
        _reader = new LinkReader(_link);
    }

    /// <summary>The number of the last session that was opened; 0 before the first.</summary>
    public long LastId => Volatile.Read(ref _id);

    /// <summary>The session that was opened with the upgrade: it is number 1, and open.</summary>
    public GatewaySession BeginOpened()
    {
        _id = 1;
        return new GatewaySession(_link, _reader, 1, default, peerEnded: false);
    }

    /// <summary>
    /// Waits for the client's next <c>open</c>, and meanwhile drops what it had still sent when its last session ended. Null when the
    /// stream is over, whoever ended it: <see cref="CloseAsync"/> is all that is left to do.
    /// </summary>
    /// <remarks>A task, because whoever waits for one holds a reference, and for a value the whole message.</remarks>
    public async Task<StreamMessage?> WaitForOpenAsync()
    {
        _reader.Resume();
        _ahead.Clear();
        var since = _timeProvider.GetTimestamp();
        var dropped = 0L;
        lock (_lock)
        {
            _idle = true;
        }

        while (await _reader.FillAsync() is var status and (LinkStatus.Text or LinkStatus.Data))
        {
            if (status == LinkStatus.Data)
            {
                dropped += _link.Batch.Length;
                if (_id > 0 && dropped <= StreamProtocol.MostDropped && _timeProvider.GetElapsedTime(since) <= StreamProtocol.DropTime)
                {
                    continue;
                }

                _link.Violate(CloseCode.ProtocolError, "bytes outside a session");
                return null;
            }

            if (!StreamMessage.TryParse(_link.Text, out var message, out var error))
            {
                _link.Violate(CloseCode.ProtocolError, error);
                return null;
            }

            switch (message.Type)
            {
                case StreamMessageType.Ping:
                    _link.PostTextPong(message.ToPong().Encode());
                    break;

                case StreamMessageType.Pong:
                case StreamMessageType.Eof or StreamMessageType.Reset when message.Id == _id:
                    // An answer to us, or late words about the session before.
                    break;

                case StreamMessageType.Open when message.Id == _id + 1:
                    return TryLeaveIdle(message.Id) ? message : null;

                default:
                    _link.Violate(CloseCode.ProtocolError, "a message that does not belong between two sessions");
                    return null;
            }
        }

        return null;
    }

    /// <summary>
    /// Begins to read while the session's origin is being dialled, so that a <c>reset</c> or the client's end is noticed; bytes are
    /// kept, up to <see cref="StreamProtocol.MostAhead"/>.
    /// </summary>
    /// <param name="gone">Cancelled when nobody waits for the origin any more.</param>
    public void ReadAhead(CancellationTokenSource gone) => _readingAhead = ReadAheadAsync(gone);

    /// <summary>Ends what <see cref="ReadAhead"/> began. Says whether the client still waits.</summary>
    public async ValueTask<AheadEnd> StopReadingAheadAsync()
    {
        _reader.Interrupt();
        var end = _readingAhead is { } reading ? await reading : AheadEnd.None;

        // Not kept: it would hold what the dial needed for as long as the session lasts.
        _readingAhead = null;
        _reader.Resume();
        return end;
    }

    /// <summary>Tells the client that its session is admitted and open. Null when it cannot be told.</summary>
    public async ValueTask<GatewaySession?> OpenAsync(string requestId) =>
        await SendAsync(new StreamMessage { Type = StreamMessageType.Opened, Id = _id, Request = requestId })
            ? new GatewaySession(_link, _reader, _id, _ahead.Take(), _ahead.Ended)
            : null;

    /// <summary>Refuses the session; the stream stays usable. False when the client cannot be told.</summary>
    public ValueTask<bool> SendRefusedAsync(ReasonCode code, string text, string requestId) =>
        SendAsync(new StreamMessage { Type = StreamMessageType.Refused, Id = _id, Code = code.ToName(), Message = text, Request = requestId });

    /// <summary>Answers a <c>reset</c> that came before <c>opened</c>. False when the client cannot be told.</summary>
    public ValueTask<bool> SendResetAnswerAsync() =>
        SendAsync(new StreamMessage { Type = StreamMessageType.Closed, Id = _id, Code = ReasonCode.ClientReset.ToName() });

    /// <summary>Tells the client that no session above the one of this moment was or will be started. Said once.</summary>
    public void Drain(ReasonCode reason)
    {
        lock (_lock)
        {
            if (_drained)
            {
                return;
            }

            _drained = true;
            _link.PostDrain(new StreamMessage { Type = StreamMessageType.Drain, Code = reason.ToName(), Last = _id }.Encode());
        }
    }

    /// <summary>
    /// Tells the client why and ends the stream, if it has no session. An <c>open</c> that has been read makes it busy; one that
    /// comes later is never started.
    /// </summary>
    public void EndIfIdle(ReasonCode reason)
    {
        lock (_lock)
        {
            if (!_idle)
            {
                return;
            }

            _idle = false;
        }

        if (reason != ReasonCode.Revoked)
        {
            Drain(reason);
        }

        _link.PostClose(reason == ReasonCode.Revoked ? CloseCode.PolicyViolation : CloseCode.GoingAway, reason.ToName());
        _link.AbortSoon(reason);
        _reader.Interrupt();
    }

    /// <summary>Breaks the stream if it has no session and its client has vanished; a session looks after itself. Any thread may call it.</summary>
    /// <param name="keepAlive">The keep-alive interval.</param>
    public void AbortIfLost(TimeSpan keepAlive)
    {
        lock (_lock)
        {
            if (!_idle || _link.Loop?.HasLostPeer(keepAlive) != true)
            {
                return;
            }
        }

        Abort();
    }

    /// <summary>Ends the stream in order and closes the connection. Called once, when nothing else is under way.</summary>
    public async ValueTask CloseAsync()
    {
        lock (_lock)
        {
            _idle = false;
        }

        _ahead.Clear();

        // A client that reads none of our answers would hold the Close up, and with it the stream's place, for as long as it likes.
        _link.AbortSoon(ReasonCode.StreamLost);
        _link.PostClose(CloseCode.Normal, default);
        await _reader.EndAsync();
    }

    /// <summary>Resets the connection: something of ours failed. Whoever drives the stream still closes it.</summary>
    public void Abort() => _link.Abort(ReasonCode.StreamLost);

    private bool TryLeaveIdle(long id)
    {
        lock (_lock)
        {
            if (!_idle || _drained)
            {
                // The client was told that it is not started, and may have opened it elsewhere by now.
                return false;
            }

            _idle = false;
            Volatile.Write(ref _id, id);
            return true;
        }
    }

    private async Task<AheadEnd> ReadAheadAsync(CancellationTokenSource gone)
    {
        _ahead.Clear();
        while (true)
        {
            var end = await _reader.FillAsync() switch
            {
                LinkStatus.Interrupted => AheadEnd.None,
                LinkStatus.Data => OnAheadData(),
                LinkStatus.Text => OnAheadText(),
                _ => AheadEnd.StreamEnded,
            };
            if (end is { } reason)
            {
                if (reason != AheadEnd.None)
                {
                    await gone.CancelAsync();
                }

                return reason;
            }
        }
    }

    private AheadEnd? OnAheadData()
    {
        if (_ahead.TryAdd(_link.Batch))
        {
            return null;
        }

        _link.Violate(CloseCode.ProtocolError, _ahead.Ended ? "bytes after eof" : "more than 64 KiB ahead of opened");
        return AheadEnd.StreamEnded;
    }

    private AheadEnd? OnAheadText()
    {
        if (!StreamMessage.TryParse(_link.Text, out var message, out var error))
        {
            _link.Violate(CloseCode.ProtocolError, error);
            return AheadEnd.StreamEnded;
        }

        switch (message.Type)
        {
            case StreamMessageType.Ping:
                _link.PostTextPong(message.ToPong().Encode());
                return null;

            case StreamMessageType.Pong:
            case StreamMessageType.Eof or StreamMessageType.Reset when message.Id == _id - 1:
                return null;

            case StreamMessageType.Eof when message.Id == _id && !_ahead.Ended:
                _ahead.Ended = true;
                return null;

            case StreamMessageType.Reset when message.Id == _id:
                return AheadEnd.Reset;

            default:
                _link.Violate(CloseCode.ProtocolError, "a message out of turn");
                return AheadEnd.StreamEnded;
        }
    }

    /// <summary>
    /// Sends a message between two sessions. A client has read everything before it opens the next one: where an answer finds no room, it
    /// does not read, and is given up.
    /// </summary>
    private ValueTask<bool> SendAsync(in StreamMessage message)
    {
        var sending = _link.SendTextAsync(message.Encode());
        return sending.IsCompleted ? sending : SendSlowAsync(sending);
    }

    private async ValueTask<bool> SendSlowAsync(ValueTask<bool> sending)
    {
        _link.AbortAfter(StreamProtocol.AnswerTime, ReasonCode.StreamLost);
        var sent = await sending;
        _link.CancelAbort();
        return sent;
    }
}
