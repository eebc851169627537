using System.Runtime.CompilerServices;
using System.Text;
using FastProxy.Transport.Sockets;
using FastProxy.Transport.Splicing;
using FastProxy.WebSockets;

namespace FastProxy.Transport.Streams;

/// <summary>
/// One session on a <c>fastproxy.v1</c> stream, as a splice end: BINARY messages are its bytes, TEXT messages its state.
/// Half-close is the <c>eof</c> message; the gateway's <c>closed</c> is the last word on what arrived, and leaves the stream for the next.
/// </summary>
/// <remarks>
/// <code>
///   open ─► opened ─┬─ bytes both ways ─┬─ eof, eof ──────► closed ok
///         └► refused └─ reset ───────────┴─ a failure ─────► closed REASON
/// </code>
/// </remarks>
public abstract class StreamSession : SpliceEnd
{
    private ReasonCode _fault;
    private int _aborted;
    private volatile bool _stopped;

    private protected StreamSession(WebSocketLink link, LinkReader reader, long id)
    {
        Link = link;
        Reader = reader;
        Id = id;
        link.Unmute();
    }

    /// <summary>The session's number on its stream, from 1 upwards.</summary>
    public long Id { get; }

    /// <inheritdoc/>
    public override SpliceBatch Batch => Link.Batch;

    /// <inheritdoc/>
    public override ReasonCode Fault => _fault != ReasonCode.Ok ? _fault : Link.Fault;

    internal override LoopSocket? Loop => Link.Loop;

    internal override bool TakesPipe => Link.TakesPipe;

    internal override bool MayPipe
    {
        get => Link.MayPipe;
        set => Link.MayPipe = value;
    }

    private protected WebSocketLink Link { get; }

    private protected LinkReader Reader { get; }

    /// <summary>Payload bytes received so far.</summary>
    private protected long Received { get; set; }

    /// <summary>Payload bytes sent so far.</summary>
    private protected long Sent { get; private set; }

    /// <summary>Whether the peer has said <c>eof</c>.</summary>
    private protected bool PeerEnded { get; set; }

    /// <summary>Whether what still comes belongs to nobody: the session was aborted.</summary>
    private protected bool Drops { get; set; }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FillStatus> FillAsync()
    {
        while (true)
        {
            switch (await Reader.FillAsync())
            {
                case LinkStatus.Data when Drops:
                    break;

                case LinkStatus.Data when PeerEnded:
                    Violate("bytes after eof");
                    return FillStatus.Failed;

                case LinkStatus.Data:
                    Received += Batch.Length;
                    return FillStatus.Data;

                case LinkStatus.Text:
                    if (OnText() is { } status)
                    {
                        return status;
                    }

                    break;

                case LinkStatus.Interrupted:
                    return _stopped ? FillStatus.EndOfData : FillStatus.Failed;

                case LinkStatus.Close:
                    OnClose();
                    return FillStatus.Failed;

                case LinkStatus.EndOfStream:
                    SetFault(ReasonCode.StreamLost);
                    return FillStatus.Failed;

                default:
                    return FillStatus.Failed;
            }
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> SendAsync(SpliceBatch batch)
    {
        var length = batch.Length;
        var sent = await Link.SendAsync(batch);
        Sent += sent ? length : 0;
        return sent;
    }

    /// <summary>Sends bytes that no other end received.</summary>
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var batch = new SpliceBatch();
        var sent = true;
        for (var left = bytes; sent && !left.IsEmpty;)
        {
            batch.SetCopy(left.Span[..Math.Min(left.Length, SpliceBatch.SmallestCapacity)]);
            var length = batch.Length;
            sent = await SendAsync(batch);
            left = left[length..];
        }

        batch.Return();
        return sent;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> CloseWriteAsync() => SendAsync(new StreamMessage { Type = StreamMessageType.Eof, Id = Id });

    /// <inheritdoc/>
    public override async ValueTask KeepAliveAsync() => await Link.SendKeepAliveAsync(Opcode.Ping);

    /// <inheritdoc/>
    public override void Abort(ReasonCode reason)
    {
        if (Interlocked.Exchange(ref _aborted, 1) != 0)
        {
            return;
        }

        SetFault(reason);
        switch (reason)
        {
            case ReasonCode.StreamLost:
                Link.Abort(reason);
                break;

            case ReasonCode.Protocol:
                Link.PostClose(CloseCode.ProtocolError, reason.ToName());
                Link.AbortSoon(reason);
                Reader.Interrupt();
                break;

            default:
                AbortCore(reason);
                break;
        }
    }

    /// <inheritdoc/>
    public override void StopReading()
    {
        _stopped = true;
        Reader.Interrupt();
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> WatchAsync() => await FillAsync() != FillStatus.Failed;

    /// <summary>Does nothing: the stream owns the connection, a session only uses it.</summary>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return default;
    }

    /// <summary>Tells the peer that the session is over; both sides can go on with the stream.</summary>
    private protected abstract void AbortCore(ReasonCode reason);

    /// <summary>Handles a message that is neither <c>eof</c> nor <c>ping</c>; null when it does not end the fill.</summary>
    private protected abstract FillStatus? OnMessage(in StreamMessage message);

    /// <summary>Reads again after <see cref="StopReading"/>: the peer's last words are still to come.</summary>
    private protected void ReadOn()
    {
        _stopped = false;
        Reader.Resume();
    }

    private protected ValueTask<bool> SendAsync(in StreamMessage message) => Link.SendTextAsync(message.Encode());

    private protected void Violate(string? rule)
    {
        SetFault(ReasonCode.Protocol);
        Link.Violate(CloseCode.ProtocolError, rule);
    }

    private protected void SetFault(ReasonCode reason)
    {
        if (_fault == ReasonCode.Ok)
        {
            _fault = reason;
        }
    }

    private FillStatus? OnText()
    {
        if (!StreamMessage.TryParse(Link.Text, out var message, out var error))
        {
            Violate(error);
            return FillStatus.Failed;
        }

        switch (message.Type)
        {
            case StreamMessageType.Ping:
                Link.PostTextPong(message.ToPong().Encode());
                return null;

            case StreamMessageType.Pong:
                return null;

            case StreamMessageType.Eof when message.Id == Id && !PeerEnded:
                PeerEnded = true;
                return Drops ? null : FillStatus.EndOfData;

            default:
                return OnMessage(message);
        }
    }

    private void OnClose()
    {
        Span<char> name = stackalloc char[Link.CloseReason.Length];
        Encoding.UTF8.TryGetChars(Link.CloseReason, name, out var length);
        var known = ReasonCodes.TryParse(name[..length], out var code) && code != ReasonCode.Ok;
        SetFault(known ? code : ReasonCode.StreamLost);
    }
}
