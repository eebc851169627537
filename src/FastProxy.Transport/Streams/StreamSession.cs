using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using FastProxy.Transport.Sockets;
using FastProxy.Transport.Splicing;
using FastProxy.WebSockets;

namespace FastProxy.Transport.Streams;

/// <summary>
/// One session on a <c>fastproxy.v1</c> stream, as a splice end: BINARY messages are its bytes, TEXT messages its state.
/// Half-close is the <c>eof</c> message; the gateway's <c>closed</c> is the last word on what arrived.
/// </summary>
/// <remarks>
/// <code>
///   open ─► opened ─┬─ bytes both ways ─┬─ eof, eof ──────► closed ok
///         └► refused └─ reset ───────────┴─ a failure ─────► closed REASON
/// </code>
/// </remarks>
public sealed class StreamSession : SpliceEnd
{
    private readonly WebSocketLink _link;
    private readonly PeerRole _role;
    private readonly TaskCompletionSource<ReasonCode> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReasonCode _fault;
    private bool _peerEnded;
    private long _received;
    private long _sent;
    private int _aborted;
    private volatile bool _idle;

    /// <summary>Takes over a connection that was upgraded to <c>fastproxy.v1</c>.</summary>
    /// <param name="connection">The socket or TLS connection, with whatever was read behind the upgrade as its leftover.</param>
    /// <param name="role">Which end we are.</param>
    /// <param name="zeroMask">Whether the mask key is zero: over TLS and on loopback.</param>
    public StreamSession(SpliceEnd connection, PeerRole role, bool zeroMask)
    {
        _role = role;
        _link = new WebSocketLink(connection, new LinkOptions(role, zeroMask, TextHandling.Control, StreamProtocol.LongestMessage));
    }

    /// <summary>The session's number on its stream; 1 when it was opened with the upgrade.</summary>
    public long Id { get; private set; } = 1;

    /// <summary>Gateway: whether the stream waits for an <c>open</c>.</summary>
    public bool IsIdle => _idle;

    /// <inheritdoc/>
    public override SpliceBatch Batch => _link.Batch;

    /// <inheritdoc/>
    public override ReasonCode Fault => _fault != ReasonCode.Ok ? _fault : _link.Fault;

    /// <summary>Gateway: waits for the client's <c>open</c>. Null when the stream ended or broke a rule instead.</summary>
    /// <param name="id">The id it must have.</param>
    public async ValueTask<StreamMessage?> WaitForOpenAsync(long id)
    {
        _idle = true;
        var dropped = 0L;
        while (await _link.FillAsync() is var status and (LinkStatus.Text or LinkStatus.Data))
        {
            if (status == LinkStatus.Data)
            {
                // What the client had sent ahead of a refusal belongs to nobody.
                dropped += Batch.Length;
                if (id > 1 && dropped <= StreamProtocol.MostDropped)
                {
                    continue;
                }

                Violate("bytes outside a session");
                return null;
            }

            if (!TryRead(out var message))
            {
                return null;
            }

            if (message.Type == StreamMessageType.Ping)
            {
                _link.PostTextPong(Encode(new StreamMessage { Type = StreamMessageType.Pong, Number = message.Number }));
                continue;
            }

            if (message.Type is StreamMessageType.Eof or StreamMessageType.Reset && message.Id == id - 1)
            {
                // Late words about the session before.
                continue;
            }

            if (message.Type == StreamMessageType.Open && message.Id == id)
            {
                Id = id;
                _idle = false;
                return message;
            }

            Violate("a message that does not belong between two sessions");
            return null;
        }

        return null;
    }

    /// <summary>Gateway: admits the session that was opened last.</summary>
    public ValueTask<bool> SendOpenedAsync(string requestId) =>
        SendAsync(new StreamMessage { Type = StreamMessageType.Opened, Id = Id, Request = requestId });

    /// <summary>Gateway: refuses the session that was opened last; the stream stays usable.</summary>
    public ValueTask<bool> SendRefusedAsync(ReasonCode code, string text, string requestId) =>
        SendAsync(new StreamMessage { Type = StreamMessageType.Refused, Id = Id, Code = code.ToName(), Message = text, Request = requestId });

    /// <summary>Client: opens a session and waits for the gateway's answer. Null when the stream ended or broke a rule instead.</summary>
    /// <param name="id">1, or one more than the last.</param>
    /// <param name="app">HOST[/path]; null for the upgrade's own.</param>
    /// <param name="destination">HOST:PORT for a bastion application; else null.</param>
    public async ValueTask<StreamMessage?> OpenAsync(long id, string? app, string? destination)
    {
        Id = id;
        if (!await SendAsync(new StreamMessage { Type = StreamMessageType.Open, Id = id, App = app, Destination = destination }))
        {
            return null;
        }

        while (await _link.FillAsync() == LinkStatus.Text)
        {
            if (!TryRead(out var message))
            {
                return null;
            }

            if (message.Type is StreamMessageType.Opened or StreamMessageType.Refused && message.Id == id)
            {
                return message;
            }

            if (!OnSideMessage(message))
            {
                return null;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FillStatus> FillAsync()
    {
        while (true)
        {
            switch (await _link.FillAsync())
            {
                case LinkStatus.Data when _peerEnded:
                    Violate("bytes after eof");
                    return FillStatus.Failed;

                case LinkStatus.Data:
                    _received += Batch.Length;
                    return FillStatus.Data;

                case LinkStatus.Text:
                    if (OnText() is { } status)
                    {
                        return status;
                    }

                    break;

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
        var sent = await _link.SendAsync(batch);
        _sent += sent ? length : 0;
        return sent;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> CloseWriteAsync() => SendAsync(new StreamMessage { Type = StreamMessageType.Eof, Id = Id });

    /// <inheritdoc/>
    public override async ValueTask KeepAliveAsync() => await _link.SendKeepAliveAsync(Opcode.Ping);

    /// <inheritdoc/>
    public override void Abort(ReasonCode reason)
    {
        if (Interlocked.Exchange(ref _aborted, 1) != 0)
        {
            return;
        }

        SetFault(reason);
        if (reason == ReasonCode.StreamLost || _closed.Task.IsCompleted)
        {
            _link.Abort(reason);
            return;
        }

        if (reason != ReasonCode.Protocol && !_idle)
        {
            _link.PostText(Encode(_role == PeerRole.Client
                ? new StreamMessage { Type = StreamMessageType.Reset, Id = Id }
                : new StreamMessage { Type = StreamMessageType.Closed, Id = Id, Code = reason.ToName(), Up = _received, Down = _sent }));
        }

        var code = reason == ReasonCode.Protocol ? CloseCode.ProtocolError
            : !_idle ? CloseCode.Normal
            : reason == ReasonCode.Revoked ? CloseCode.PolicyViolation
            : CloseCode.GoingAway;
        _link.PostClose(code, reason.ToName());
        _link.StopReading();
        _link.AbortSoon(reason);
    }

    /// <inheritdoc/>
    public override void StopReading() => _link.StopReading();

    /// <inheritdoc/>
    public override async ValueTask<ReasonCode> FinishAsync(ReasonCode reason)
    {
        if (reason == ReasonCode.Ok && _role == PeerRole.Client)
        {
            reason = await WaitForClosedAsync();
        }
        else if (reason == ReasonCode.Ok)
        {
            await SendAsync(new StreamMessage { Type = StreamMessageType.Closed, Id = Id, Code = ReasonCode.Ok.ToName(), Up = _received, Down = _sent });
        }

        _link.PostClose(CloseCode.Normal, default);
        await _link.GoodbyeAsync();
        await _link.DisposeAsync();
        return reason;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _link.DisposeAsync();

    internal override LoopSocket? Loop => _link.Loop;

    /// <summary>Handles a control message inside a session; null when it does not end the fill.</summary>
    private FillStatus? OnText()
    {
        if (!TryRead(out var message))
        {
            return FillStatus.Failed;
        }

        if (message.Type == StreamMessageType.Eof && message.Id == Id && !_peerEnded)
        {
            _peerEnded = true;
            return FillStatus.EndOfData;
        }

        if (_role == PeerRole.Server && message.Type == StreamMessageType.Reset && message.Id == Id)
        {
            SetFault(ReasonCode.ClientReset);
            return FillStatus.Failed;
        }

        if (_role == PeerRole.Client && message.Type == StreamMessageType.Closed && message.Id == Id)
        {
            return OnClosed(message);
        }

        return OnSideMessage(message) ? null : FillStatus.Failed;
    }

    private FillStatus OnClosed(in StreamMessage message)
    {
        ReasonCodes.TryParse(message.Code, out var code);
        if (code == ReasonCode.Ok && !_peerEnded)
        {
            Violate("closed ok before eof");
            return FillStatus.Failed;
        }

        if (code == ReasonCode.Ok && message.Up != _sent)
        {
            // The gateway counted what it gave to the origin's socket: a difference is a loss that nobody else would notice.
            code = ReasonCode.StreamLost;
        }

        SetFault(code);
        _closed.TrySetResult(code);
        return FillStatus.Failed;
    }

    /// <summary>Handles what may come at any time. False when it may not.</summary>
    private bool OnSideMessage(in StreamMessage message)
    {
        switch (message.Type)
        {
            case StreamMessageType.Ping:
                _link.PostTextPong(Encode(new StreamMessage { Type = StreamMessageType.Pong, Number = message.Number }));
                return true;

            case StreamMessageType.Pong:
            case StreamMessageType.Drain when _role == PeerRole.Client:
                return true;

            default:
                Violate("a message out of turn");
                return false;
        }
    }

    private async ValueTask<ReasonCode> WaitForClosedAsync()
    {
        // Both directions are over, so `closed` is the next thing the gateway says: as soon as its origin has taken everything, however
        // slow that is. The splice's time limits and keep-alives are still in force.
        while (!_closed.Task.IsCompleted)
        {
            if (await FillAsync() != FillStatus.Data && !_closed.Task.IsCompleted)
            {
                return Fault == ReasonCode.Ok ? ReasonCode.StreamLost : Fault;
            }
        }

        return await _closed.Task;
    }

    private void OnClose()
    {
        Span<char> name = stackalloc char[_link.CloseReason.Length];
        Encoding.UTF8.TryGetChars(_link.CloseReason, name, out var length);
        var known = ReasonCodes.TryParse(name[..length], out var code) && code != ReasonCode.Ok;
        SetFault(known ? code : ReasonCode.StreamLost);
    }

    private bool TryRead(out StreamMessage message)
    {
        if (StreamMessage.TryParse(_link.Text, out message, out var error))
        {
            return true;
        }

        Violate(error);
        return false;
    }

    private void Violate(string? rule)
    {
        SetFault(ReasonCode.Protocol);
        _link.Violate(CloseCode.ProtocolError, rule);
    }

    private ValueTask<bool> SendAsync(in StreamMessage message) => _link.SendTextAsync(Encode(message));

    private static byte[] Encode(in StreamMessage message)
    {
        var output = new ArrayBufferWriter<byte>(256);
        message.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    private void SetFault(ReasonCode reason)
    {
        if (_fault == ReasonCode.Ok)
        {
            _fault = reason;
        }
    }
}
