using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using FastProxy.Transport.Sockets;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// An upgraded connection: decodes frames in place in the batch the connection received them into, and frames another end's
/// batch in place, in the room in front of its payload. What bytes and texts mean is the business of the end above it.
/// </summary>
/// <remarks>One reader and any number of writers; writers take turns frame by frame.</remarks>
internal sealed partial class WebSocketLink : IAsyncDisposable
{
    /// <summary>How long a closing connection reads on, waiting for the peer's FIN.</summary>
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(2);

    private readonly SpliceEnd _connection;
    private readonly LinkOptions _options;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ControlSlots _slots = new();
    private readonly SpliceBatch _control = new();
    private readonly bool _masks;
    private PipedFrames? _piped;
    private byte[]? _text;
    private bool _textTaken;
    private int _textGathered;
    private int _textLength;
    private Utf8Validator _utf8;
    private int _position;
    private int _end;
    private LinkStatus? _pending;
    private ReasonCode _fault;
    private volatile bool _stopped;
    private volatile bool _muted;
    private Task _flushing = Task.CompletedTask;

    public WebSocketLink(SpliceEnd connection, LinkOptions options)
    {
        _connection = connection;
        _options = options;
        _masks = options.Role == PeerRole.Client;
        _reader = new FrameReader(_masks ? PeerRole.Server : PeerRole.Client);
        _writer = new FrameWriter(options);
    }

    public SpliceBatch Batch => _connection.Batch;

    public LoopSocket? Loop => _connection.Loop;

    /// <summary>Whether what is in a pipe can be sent as it is: nothing masks it, and it goes out as one message.</summary>
    public bool TakesPipe =>
        _connection.TakesPipe && (!_masks || _options.ZeroMask) && _options.LongestMessage >= SpliceBatch.LargestCapacity;

    /// <summary>See <see cref="FrameWriter.Gap"/>.</summary>
    public int Gap => _writer.Gap;

    /// <summary>Whether payloads may be left in a pipe. The connection itself never pipes: it does not know where a frame ends.</summary>
    public bool MayPipe
    {
        get => _piped is not null;
        set => _piped = value && _connection is SocketEnd socket ? new PipedFrames(socket, _reader) : null;
    }

    /// <summary>The control message of the last fill that returned <see cref="LinkStatus.Text"/>.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _textLength);

    /// <summary>After <see cref="LinkStatus.Close"/>: the peer's code.</summary>
    public CloseCode CloseCode => _reader.CloseCode;

    /// <summary>After <see cref="LinkStatus.Close"/>: the peer's reason.</summary>
    public ReadOnlySpan<byte> CloseReason => _reader.CloseReason;

    /// <summary>Whether reading was stopped from this side.</summary>
    public bool Stopped => _stopped;

    /// <summary>Why the link failed.</summary>
    public ReasonCode Fault => _fault != ReasonCode.Ok ? _fault : _connection.Fault;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LinkStatus> FillAsync()
    {
        while (true)
        {
            if (_pending is { } pending)
            {
                _pending = null;
                _textTaken = pending == LinkStatus.Text;
                return pending;
            }

            if (_position == _end)
            {
                ReturnText();
                var status = await (Piped is { } piped ? piped.FillAsync() : _connection.FillAsync());
                if (status != FillStatus.Data)
                {
                    return OnConnectionEnd(status);
                }

                if (Batch.Pipe is { } pipe)
                {
                    _reader.Skip(pipe.Held);
                    return LinkStatus.Data;
                }

                (_position, _end) = (0, Batch.Length);
            }

            Decode();
            if (_position == _end && _pending is null && Piped is { } appending && !appending.TryAppend())
            {
                _pending = LinkStatus.Failed;
            }

            if (Batch.Length > 0)
            {
                return LinkStatus.Data;
            }
        }
    }

    /// <summary>Sends a batch as BINARY messages, all in one send.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> SendAsync(SpliceBatch batch)
    {
        await _writing.WaitAsync();
        try
        {
            if (!await FlushSlotsAsync() || _muted)
            {
                return false;
            }

            _writer.Frame(batch, Opcode.Binary);
            return await _connection.SendAsync(batch) || Fail(ReasonCode.StreamLost);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Sends a control message of the stream protocol; waits for at most one frame.</summary>
    public ValueTask<bool> SendTextAsync(ReadOnlyMemory<byte> message) => SendControlAsync(Opcode.Text, message);

    /// <summary>Sends an empty BINARY message, the keep-alive that every stock server tolerates; does nothing while something is being sent.</summary>
    public ValueTask<bool> SendKeepAliveAsync(Opcode opcode) =>
        _writing.CurrentCount == 0 ? ValueTask.FromResult(true) : SendControlAsync(opcode, ReadOnlyMemory<byte>.Empty);

    /// <summary>
    /// Leaves the last word on a session for the writer, without waiting. No BINARY goes out after it, not even one whose sending has
    /// begun, until <see cref="Unmute"/>.
    /// </summary>
    public void PostText(byte[] message)
    {
        _muted = true;
        _slots.PostText(message);
        Flush();
    }

    /// <summary>The next session begins: BINARY goes out again.</summary>
    public void Unmute() => _muted = false;

    /// <summary>Leaves the answer to a <c>ping</c> message for the writer, without waiting.</summary>
    public void PostTextPong(byte[] message)
    {
        _slots.PostTextPong(message);
        Flush();
    }

    /// <summary>Leaves a <c>drain</c> message for the writer, without waiting.</summary>
    public void PostDrain(byte[] message)
    {
        _slots.PostDrain(message);
        Flush();
    }

    /// <summary>Sends what was posted. False when nothing can be sent any more.</summary>
    public async ValueTask<bool> FlushAsync()
    {
        await _writing.WaitAsync();
        try
        {
            return await FlushSlotsAsync();
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Leaves a Close frame for the writer, without waiting; nothing is sent after it.</summary>
    public void PostClose(CloseCode code, ReadOnlySpan<char> reason)
    {
        // RFC 6455 7.1.5: a code of two bytes, then at most 123 bytes of text. Our reasons are ASCII.
        var payload = new byte[2 + Math.Min(reason.Length, 123)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        Encoding.ASCII.GetBytes(reason[..(payload.Length - 2)], payload.AsSpan(2));
        _slots.PostClose(payload);
        Flush();
    }

    public void StopReading()
    {
        _stopped = true;
        _connection.StopReading();
    }

    /// <summary>
    /// Ends the connection in order: what was posted is sent, then FIN, then what the peer still sends is read and dropped, so
    /// that closing does not turn into a reset that costs the peer its tail. The reading is bounded by two seconds; then the
    /// connection is just closed, and the kernel delivers what it holds. Called when nobody else reads or writes any more.
    /// </summary>
    /// <param name="reader">Who may still have a fill under way; null where nobody has.</param>
    /// <returns>False when the connection is broken.</returns>
    public async ValueTask<bool> GoodbyeAsync(LinkReader? reader = null)
    {
        await FlushAsync();
        if (!await _connection.CloseWriteAsync())
        {
            return false;
        }

        CancelAbort();
        await using var deadline = new Timer(_ => _connection.StopReading(), null, s_goodbye, Timeout.InfiniteTimeSpan);
        if (reader is not null)
        {
            await reader.DrainAsync();
        }

        while (await _connection.FillAsync() == FillStatus.Data)
        {
            // Dropped: the session is over.
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _flushing;
        CancelAbort();

        // A keep-alive may be on its way into the same block. Its send fails, because the connection is closed.
        await _writing.WaitAsync();
        _control.Return();
        _writing.Release();
    }

    /// <summary>Gives the buffer of the last control message back, once it was read.</summary>
    private void ReturnText()
    {
        if (_textTaken && _text is { } text)
        {
            (_text, _textTaken, _textLength) = (null, false, 0);
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    /// <summary>The way through a pipe, while the flow is worth it.</summary>
    private PipedFrames? Piped => _piped is { IsWorthwhile: true } piped ? piped : null;

    private LinkStatus OnConnectionEnd(FillStatus status)
    {
        if (_stopped && status == FillStatus.EndOfData)
        {
            return LinkStatus.EndOfStream;
        }

        if (status == FillStatus.Failed || !_reader.AtFrameBoundary)
        {
            Fail(ReasonCode.StreamLost);
            return LinkStatus.Failed;
        }

        return LinkStatus.EndOfStream;
    }

    private void Decode()
    {
        var received = Batch.BeginDecode();
        while (_position < _end && _pending is null)
        {
            var at = _position;
            var frame = _reader.Read(received[at.._end]);
            _position += frame.Consumed;
            switch (frame.Kind)
            {
                case FrameEventKind.None:
                    _position = _end;
                    return;

                case FrameEventKind.Data when frame.MessageOpcode == Opcode.Binary || _options.Text == TextHandling.Bytes:
                    if (frame.PayloadLength > 0)
                    {
                        Batch.AddDecoded(at + frame.PayloadOffset, frame.PayloadLength);
                    }

                    break;

                case FrameEventKind.Data when _options.Text == TextHandling.Control:
                    GatherText(received.Slice(at + frame.PayloadOffset, frame.PayloadLength), frame.EndOfMessage);
                    break;

                case FrameEventKind.Ping:
                    _slots.PostPong(_reader.ControlPayload);
                    Flush();
                    break;

                case FrameEventKind.Close:
                    // RFC 6455 5.5.1: answer with the code that came; a code of 1005 stands for none.
                    PostClose(_reader.CloseCode == CloseCode.NoStatus ? CloseCode.Normal : _reader.CloseCode, default);
                    _pending = LinkStatus.Close;
                    break;

                case FrameEventKind.Error:
                    Violate(frame.Error, _reader.ErrorText);
                    break;
            }
        }
    }

    private void GatherText(ReadOnlySpan<byte> part, bool endOfMessage)
    {
        // Rented for as long as a message is gathered and read: an idle stream holds no buffer.
        _text ??= ArrayPool<byte>.Shared.Rent(StreamMessage.MaxLength);
        _textTaken = false;
        if (StreamMessage.MaxLength - _textGathered < part.Length)
        {
            Violate(CloseCode.MessageTooBig, "a control message is longer than 4 KiB");
            return;
        }

        if (!_utf8.Append(part) || (endOfMessage && !_utf8.IsComplete))
        {
            Violate(CloseCode.InvalidPayload, "a control message is not UTF-8");
            return;
        }

        part.CopyTo(_text.AsSpan(_textGathered));
        _textGathered += part.Length;
        if (endOfMessage)
        {
            _textLength = _textGathered;
            _textGathered = 0;
            _utf8 = default;
            _pending = LinkStatus.Text;
        }
    }

    /// <summary>Tells the peer which rule it broke and fails the link.</summary>
    public void Violate(CloseCode code, string? rule)
    {
        Fail(ReasonCode.Protocol);
        PostClose(code, rule);
        _pending = LinkStatus.Failed;
    }

    private bool Fail(ReasonCode reason)
    {
        if (_fault == ReasonCode.Ok)
        {
            _fault = reason;
        }

        return false;
    }

    private async ValueTask<bool> SendControlAsync(Opcode opcode, ReadOnlyMemory<byte> payload)
    {
        await _writing.WaitAsync();
        try
        {
            return await FlushSlotsAsync() && await SendFrameAsync(opcode, payload);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Sends one small frame; the caller holds the right to write.</summary>
    private async ValueTask<bool> SendFrameAsync(Opcode opcode, ReadOnlyMemory<byte> payload)
    {
        _control.SetCopy(payload.Span);
        _writer.Frame(_control, opcode);
        var sent = await _connection.SendAsync(_control);
        _control.Return();
        return sent || Fail(ReasonCode.StreamLost);
    }

    /// <summary>Sends what the reader left; the caller holds the right to write. False when nothing can be sent any more.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FlushSlotsAsync()
    {
        while (_slots.TryTake(out var opcode, out var payload))
        {
            if (!await SendFrameAsync(opcode, payload))
            {
                return false;
            }
        }

        return !_slots.Closed;
    }

    private void Release()
    {
        _writing.Release();
        if (_slots.Any)
        {
            Flush();
        }
    }

    /// <summary>Sends the slots now if nobody is writing; whoever is writing sends them otherwise.</summary>
    private void Flush()
    {
        if (_writing.Wait(0, CancellationToken.None))
        {
            _flushing = FlushThenReleaseAsync();
        }
    }

    private async Task FlushThenReleaseAsync()
    {
        // Again for what was left while the last frame went out; in one task, so that whoever disposes the link can wait for it.
        do
        {
            try
            {
                await FlushSlotsAsync();
            }
            finally
            {
                _writing.Release();
            }
        }
        while (_slots.Any && _writing.Wait(0, CancellationToken.None));
    }
}
