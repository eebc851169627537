using FastProxy.WebSockets;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// Frames that the reader wants sent. The reader never waits for the writer (a reader that writes its own pong deadlocks
/// against a peer that does the same): it leaves a frame here and the writer takes it before its next one.
/// </summary>
/// <remarks>Thread-safe. Bounded: a newer pong replaces an older one, there is one text of each kind, and nothing follows a Close.</remarks>
internal sealed class ControlSlots
{
    private readonly object _lock = new();
    private byte[]? _pong;
    private byte[]? _textPong;
    private byte[]? _text;
    private byte[]? _drain;
    private byte[]? _close;
    private bool _closeTaken;

    public bool Any
    {
        get
        {
            lock (_lock)
            {
                return !_closeTaken && (_pong ?? _textPong ?? _text ?? _drain ?? _close) is not null;
            }
        }
    }

    /// <summary>Whether a Close frame has been handed to the writer: no frame may follow it (RFC 6455 5.5.1).</summary>
    public bool Closed
    {
        get
        {
            lock (_lock)
            {
                return _closeTaken;
            }
        }
    }

    public void PostPong(ReadOnlySpan<byte> payload)
    {
        lock (_lock)
        {
            if (_pong?.Length != payload.Length)
            {
                _pong = new byte[payload.Length];
            }

            // Into the one that still waits: a peer that pings and reads no pong makes no garbage here.
            payload.CopyTo(_pong);
        }
    }

    /// <summary>Leaves the answer to a <c>ping</c> message; it replaces an older answer.</summary>
    public void PostTextPong(byte[] message)
    {
        lock (_lock)
        {
            _textPong = message;
        }
    }

    /// <summary>Leaves the last word on a session; a second one is dropped.</summary>
    public void PostText(byte[] message)
    {
        lock (_lock)
        {
            _text ??= message;
        }
    }

    /// <summary>Leaves the word that no more sessions are started; a second one is dropped.</summary>
    public void PostDrain(byte[] message)
    {
        lock (_lock)
        {
            _drain ??= message;
        }
    }

    public void PostClose(byte[] payload)
    {
        lock (_lock)
        {
            _close ??= payload;
        }
    }

    /// <summary>Takes the next frame in the order in which they must go out.</summary>
    public bool TryTake(out Opcode opcode, out byte[] payload)
    {
        lock (_lock)
        {
            opcode = Opcode.Text;
            payload = [];
            if (_closeTaken)
            {
                return false;
            }

            if (_pong is not null)
            {
                (opcode, payload, _pong) = (Opcode.Pong, _pong, null);
                return true;
            }

            if (_textPong is not null)
            {
                (payload, _textPong) = (_textPong, null);
                return true;
            }

            if (_text is not null)
            {
                (payload, _text) = (_text, null);
                return true;
            }

            if (_drain is not null)
            {
                (payload, _drain) = (_drain, null);
                return true;
            }

            if (_close is not null)
            {
                (opcode, payload, _close) = (Opcode.Close, _close, null);
                _closeTaken = true;
                return true;
            }

            return false;
        }
    }
}
