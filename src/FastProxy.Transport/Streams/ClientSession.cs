using FastProxy.Transport.Splicing;
using FastProxy.WebSockets;

namespace FastProxy.Transport.Streams;

/// <summary>A session on the client's end of a stream.</summary>
public sealed class ClientSession : StreamSession
{
    private readonly ClientStream _stream;
    private readonly bool _last;
    private readonly object _lock = new();
    private ReasonCode? _closed;
    private bool _opened;

    internal ClientSession(ClientStream stream, WebSocketLink link, LinkReader reader, long id, bool opened, bool last)
        : base(link, reader, id)
    {
        _stream = stream;
        _opened = opened;
        _last = last;
    }

    /// <summary>Whether the session is over by the gateway's own word, so that the stream is free for the next.</summary>
    public bool IsOver => _closed is not null;

    /// <summary>Sends <c>open</c>; bytes may follow at once. False when the stream is lost.</summary>
    /// <param name="app">HOST[/path]; null for the upgrade's own.</param>
    /// <param name="destination">HOST:PORT for a bastion application; else null.</param>
    /// <param name="claim">Whom the session is for, by the bastion's word; logged, never decided on. Else null.</param>
    public ValueTask<bool> SendOpenAsync(string? app, string? destination, string? claim) =>
        SendAsync(new StreamMessage { Type = StreamMessageType.Open, Id = Id, App = app, Destination = destination, As = claim });

    /// <summary>Waits for the gateway's answer to <c>open</c>. Called once, before the first fill.</summary>
    public async ValueTask<OpenAnswer> WaitForAnswerAsync()
    {
        while (true)
        {
            switch (await Reader.FillAsync())
            {
                case LinkStatus.Text when StreamMessage.TryParse(Link.Text, out var message, out _):
                    if (OnAnswer(message) is { } answer)
                    {
                        return answer;
                    }

                    break;

                case LinkStatus.Data when Drops:
                    break;

                case LinkStatus.Text or LinkStatus.Data:
                    Violate("a message out of turn");
                    return OpenAnswer.StreamEnded(ReasonCode.Protocol);

                default:
                    SetFault(ReasonCode.StreamLost);
                    return OpenAnswer.StreamEnded(Fault);
            }
        }
    }

    /// <summary>
    /// Waits for the gateway's <c>closed</c>; the stream is then free for the next session, unless it broke
    /// (<see cref="IsOver"/>).
    /// </summary>
    public override async ValueTask<ReasonCode> FinishAsync(ReasonCode reason)
    {
        var ending = _last && reason != ReasonCode.Ok ? reason : await WaitForClosedAsync();
        if (IsOver)
        {
            _stream.OnHeard();
        }

        if (_last)
        {
            await _stream.CloseAsync();
        }

        return reason == ReasonCode.Ok ? ending : reason;
    }

    private protected override void AbortCore(ReasonCode reason)
    {
        lock (_lock)
        {
            if (IsOver)
            {
                return;
            }

            // What the gateway still sends is dropped until its `closed`: then the stream is clean again.
            Drops = true;
            Link.AbortAfter(_last ? WebSocketLink.LastWords : StreamProtocol.ResetTime, reason);

            // Under the lock as well: said later it would silence the next session.
            Link.PostText(new StreamMessage { Type = StreamMessageType.Reset, Id = Id }.Encode());
        }

        if (_last)
        {
            Link.PostClose(CloseCode.Normal, reason.ToName());
            Reader.Interrupt();
        }
    }

    private protected override FillStatus? OnMessage(in StreamMessage message)
    {
        switch (message.Type)
        {
            case StreamMessageType.Closed when message.Id == Id:
                return OnClosed(message);

            case StreamMessageType.Drain:
                _stream.OnDrain();
                return null;

            case StreamMessageType.Opened when message.Id == Id && !_opened && Drops:
                // It crossed our reset.
                _opened = true;
                return null;

            case StreamMessageType.Refused when message.Id == Id && !_opened && Drops:
                SetOver(ReasonCode.ClientReset);
                return FillStatus.Failed;

            default:
                Violate("a message out of turn");
                return FillStatus.Failed;
        }
    }

    private OpenAnswer? OnAnswer(in StreamMessage message)
    {
        switch (message.Type)
        {
            case StreamMessageType.Opened when message.Id == Id && Drops:
                // It crossed our reset, whose answer comes.
                _opened = true;
                return null;

            case StreamMessageType.Opened when message.Id == Id:
                _opened = true;
                _stream.OnHeard();
                return OpenAnswer.Opened(message.Request);

            case StreamMessageType.Refused when message.Id == Id:
                SetOver(ReasonCode.Ok);
                _stream.OnHeard();
                return OpenAnswer.Refused(message);

            case StreamMessageType.Closed when message.Id == Id && Drops:
                SetOver(ReasonCode.ClientReset);
                return OpenAnswer.StreamEnded(ReasonCode.ClientReset);

            case StreamMessageType.Drain:
                _stream.OnDrain();
                return message.Last < Id ? OpenAnswer.NotStarted : null;

            case StreamMessageType.Ping:
                Link.PostTextPong(message.ToPong().Encode());
                return null;

            case StreamMessageType.Pong:
                return null;

            default:
                Violate("a message out of turn");
                return OpenAnswer.StreamEnded(ReasonCode.Protocol);
        }
    }

    private FillStatus OnClosed(in StreamMessage message)
    {
        ReasonCodes.TryParse(message.Code, out var code);
        if (code == ReasonCode.Ok && !PeerEnded)
        {
            Violate("closed ok before eof");
            return FillStatus.Failed;
        }

        if (code == ReasonCode.Ok && message.Up != Sent)
        {
            // The gateway counted what it gave to the origin's socket: a difference is a loss that nobody else would notice.
            code = ReasonCode.StreamLost;
        }

        SetOver(code);
        SetFault(code);
        return FillStatus.Failed;
    }

    /// <summary>The gateway has had the last word: a reset that waits for it, or comes later, must not end the stream under the next session.</summary>
    private void SetOver(ReasonCode code)
    {
        lock (_lock)
        {
            _closed = code;
            Link.CancelAbort();
        }
    }

    private async ValueTask<ReasonCode> WaitForClosedAsync()
    {
        // `closed` is the next thing the gateway says: as soon as its origin has taken everything, however slow that is, or when it has
        // read our reset. The splice's time limits and keep-alives are still in force.
        if (_closed is null && Fault != ReasonCode.Protocol)
        {
            ReadOn();
        }

        while (_closed is null)
        {
            if (await FillAsync() != FillStatus.Data && _closed is null)
            {
                return Fault == ReasonCode.Ok ? ReasonCode.StreamLost : Fault;
            }
        }

        return _closed.Value;
    }
}
