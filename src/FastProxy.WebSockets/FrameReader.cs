using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace FastProxy.WebSockets;

/// <summary>
/// Reads one peer's frames (RFC 6455 section 5) from whatever chunks the network delivers. Payloads are unmasked in place and reported as
/// ranges of the caller's own buffer; a frame of any length is streamed, never gathered. Partial headers and partial control frames are
/// kept inside, so that the caller never carries leftovers over. Neither allocates nor throws.
/// </summary>
/// <remarks>One reader a connection and direction; not thread-safe. After an error every further byte is answered with the same error.</remarks>
public sealed class FrameReader
{
    private readonly bool _mustBeMasked;
    private HeaderBytes _header;
    private ControlBytes _control;
    private int _headerLength;
    private int _controlLength;
    private uint _key;
    private long _remaining;
    private Opcode _opcode;
    private Opcode _messageOpcode;
    private bool _fin;
    private bool _inPayload;
    private bool _inMessage;
    private bool _closed;
    private CloseCode _error;

    /// <summary>Makes a reader for a connection that was just upgraded.</summary>
    /// <param name="peer">Who sends the frames.</param>
    public FrameReader(PeerRole peer) => _mustBeMasked = peer == PeerRole.Client;

    /// <summary>The unmasked payload of the control frame just reported, 0–125 bytes; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> ControlPayload => ((ReadOnlySpan<byte>)_control)[.._controlLength];

    /// <summary>After <see cref="FrameEventKind.Close"/>: its code, or <see cref="CloseCode.NoStatus"/> when the frame was empty. Before: 0.</summary>
    public CloseCode CloseCode { get; private set; }

    /// <summary>After <see cref="FrameEventKind.Close"/>: its reason, valid UTF-8 of at most 123 bytes, chosen by the peer.</summary>
    public ReadOnlySpan<byte> CloseReason => _closed && _controlLength > 2 ? ControlPayload[2..] : default;

    /// <summary>After <see cref="FrameEventKind.Error"/>: a constant text naming the violated rule. Before: null.</summary>
    public string? ErrorText { get; private set; }

    /// <summary>True between two messages: the end of the connection here cuts no message and no control frame.</summary>
    public bool AtMessageBoundary => AtFrameBoundary && !_inMessage;

    /// <summary>True between two frames.</summary>
    public bool AtFrameBoundary => !_inPayload && _headerLength == 0 && ErrorText is null;

    /// <summary>Payload bytes the header of the last data frame announced; 0 before the first.</summary>
    public long FrameLength { get; private set; }

    /// <summary>
    /// How many of the next bytes are payload of a BINARY message as they stand, unmasked or masked with zero: the caller may pass them on
    /// unseen and say so with <see cref="Skip"/>. 0 outside such a payload.
    /// </summary>
    public long SkippablePayload => _inPayload && !IsControl(_opcode) && _messageOpcode == Opcode.Binary && _key == 0 ? _remaining : 0;

    /// <summary>Takes payload as read that the caller passed on unseen.</summary>
    /// <param name="count">1 to <see cref="SkippablePayload"/>. Throws <see cref="ArgumentOutOfRangeException"/> beyond it.</param>
    public void Skip(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, SkippablePayload);
        PassPayload(count);
    }

    /// <summary>
    /// Consumes from the start of <paramref name="source"/> and returns the first event. Call again with the rest,
    /// <c>source[Consumed..]</c>, until the kind is <see cref="FrameEventKind.None"/>.
    /// </summary>
    /// <param name="source">Received bytes; the payload ranges of data frames are unmasked in place.</param>
    /// <returns>The event. An empty span gives <see cref="FrameEventKind.None"/>; otherwise at least one byte is consumed.</returns>
    public FrameEvent Read(Span<byte> source)
    {
        if (source.IsEmpty)
        {
            return default;
        }

        var offset = 0;
        if (!_inPayload)
        {
            if (ErrorText is not null)
            {
                return Failure(source.Length);
            }

            if (_closed)
            {
                Fail(CloseCode.ProtocolError, "bytes after a Close frame");
                return Failure(source.Length);
            }

            offset = ReadHeader(source);
            if (ErrorText is not null)
            {
                return Failure(source.Length);
            }

            if (!_inPayload)
            {
                return new FrameEvent { Consumed = source.Length };
            }
        }

        return IsControl(_opcode) ? ReadControl(source, offset) : ReadData(source, offset);
    }

    private FrameEvent ReadData(Span<byte> source, int offset)
    {
        var length = (int)Math.Min(_remaining, source.Length - offset);
        if (length == 0 && _remaining > 0)
        {
            return new FrameEvent { Consumed = offset };
        }

        _key = Mask.Apply(source.Slice(offset, length), _key);
        PassPayload(length);
        var endOfFrame = _remaining == 0;
        var endOfMessage = endOfFrame && _fin;
        return new FrameEvent
        {
            Kind = FrameEventKind.Data,
            MessageOpcode = _messageOpcode,
            EndOfFrame = endOfFrame,
            EndOfMessage = endOfMessage,
            Consumed = offset + length,
            PayloadOffset = offset,
            PayloadLength = length,
        };
    }

    private void PassPayload(int length)
    {
        _remaining -= length;
        _inPayload = _remaining > 0;
        _inMessage = _inPayload || !_fin;
    }

    private FrameEvent ReadControl(Span<byte> source, int offset)
    {
        var length = (int)Math.Min(_remaining, source.Length - offset);
        var payload = ((Span<byte>)_control).Slice(_controlLength, length);
        source.Slice(offset, length).CopyTo(payload);
        _key = Mask.Apply(payload, _key);
        _controlLength += length;
        _remaining -= length;
        if (_remaining > 0)
        {
            return new FrameEvent { Consumed = source.Length };
        }

        _inPayload = false;
        var kind = _opcode switch
        {
            Opcode.Ping => FrameEventKind.Ping,
            Opcode.Pong => FrameEventKind.Pong,
            _ => FrameEventKind.Close,
        };
        if (kind == FrameEventKind.Close && !AcceptClose())
        {
            return Failure(source.Length);
        }

        return new FrameEvent { Kind = kind, Consumed = offset + length };
    }

    /// <summary>Checks a whole Close payload (RFC 6455 sections 5.5.1 and 7.4).</summary>
    private bool AcceptClose()
    {
        var payload = ControlPayload;
        if (payload.IsEmpty)
        {
            CloseCode = CloseCode.NoStatus;
        }
        else if (payload.Length == 1)
        {
            return Fail(CloseCode.ProtocolError, "a Close payload of one byte");
        }
        else
        {
            var code = BinaryPrimitives.ReadUInt16BigEndian(payload);
            if (!CloseCodes.IsValidOnWire(code))
            {
                return Fail(CloseCode.ProtocolError, "a close code that may not be sent");
            }

            if (!Utf8.IsValid(payload[2..]))
            {
                return Fail(CloseCode.InvalidPayload, "a close reason that is not UTF-8");
            }

            CloseCode = (CloseCode)code;
        }

        _closed = true;
        return true;
    }

    /// <summary>Takes header bytes; once the header is whole, enters its payload. Returns how many bytes of <paramref name="source"/> belonged to it.</summary>
    private int ReadHeader(ReadOnlySpan<byte> source)
    {
        if (_headerLength == 0)
        {
            var length = ParseHeader(source);
            if (length == 0 && ErrorText is null)
            {
                source.CopyTo(_header); // an incomplete header is shorter than MaxLength
                _headerLength = source.Length;
            }

            return length;
        }

        Span<byte> header = _header;
        var kept = _headerLength;
        var taken = Math.Min(source.Length, FrameHeader.MaxLength - kept);
        source[..taken].CopyTo(header[kept..]);
        var parsed = ParseHeader(header[..(kept + taken)]);
        if (parsed == 0)
        {
            _headerLength = kept + taken;
            return taken;
        }

        _headerLength = 0;
        return parsed - kept;
    }

    /// <summary>
    /// Parses a header from its first byte on. Each rule is checked as soon as its bytes are there, so that nobody can
    /// hold a connection with half a header that is wrong already. Returns the header's length, or 0 if it is incomplete or wrong.
    /// </summary>
    private int ParseHeader(ReadOnlySpan<byte> bytes)
    {
        var first = bytes[0];
        var opcode = (Opcode)(first & FrameHeader.OpcodeBits);
        var fin = (first & FrameHeader.FinBit) != 0;
        if (!CheckFirstByte(first, opcode, fin) || bytes.Length < 2)
        {
            return 0;
        }

        var second = bytes[1];
        var masked = (second & FrameHeader.MaskBit) != 0;
        if (masked != _mustBeMasked)
        {
            Fail(CloseCode.ProtocolError, masked ? "a masked frame from a server" : "an unmasked frame from a client");
            return 0;
        }

        long length = second & FrameHeader.LengthBits;
        if (length > FrameHeader.MaxControlPayload && IsControl(opcode))
        {
            Fail(CloseCode.ProtocolError, "a control frame above 125 bytes");
            return 0;
        }

        var position = 2;
        if (length > FrameHeader.MaxControlPayload)
        {
            position = length == FrameHeader.Length16 ? 4 : 10;
            if (bytes.Length < position || !ReadLength(bytes[2..position], out length))
            {
                return 0;
            }
        }

        uint key = 0;
        if (masked)
        {
            if (bytes.Length < position + FrameHeader.KeyLength)
            {
                return 0;
            }

            key = BinaryPrimitives.ReadUInt32LittleEndian(bytes[position..]);
            position += FrameHeader.KeyLength;
        }

        EnterPayload(opcode, fin, length, key);
        return position;
    }

    private bool CheckFirstByte(byte first, Opcode opcode, bool fin)
    {
        if ((first & FrameHeader.ReservedBits) != 0)
        {
            return Fail(CloseCode.ProtocolError, "a reserved bit is set and no extension was negotiated");
        }

        switch (opcode)
        {
            case Opcode.Continuation:
                return _inMessage || Fail(CloseCode.ProtocolError, "a continuation frame without a message to continue");
            case Opcode.Text or Opcode.Binary:
                return !_inMessage || Fail(CloseCode.ProtocolError, "a new message inside a fragmented message");
            case Opcode.Close or Opcode.Ping or Opcode.Pong:
                return fin || Fail(CloseCode.ProtocolError, "a fragmented control frame");
            default:
                return Fail(CloseCode.ProtocolError, "a reserved opcode");
        }
    }

    private bool ReadLength(ReadOnlySpan<byte> bytes, out long length)
    {
        if (bytes.Length == sizeof(ushort))
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
            return length > FrameHeader.MaxControlPayload || Fail(CloseCode.ProtocolError, "a length not in its shortest form");
        }

        length = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (length < 0)
        {
            return Fail(CloseCode.ProtocolError, "a length of 2^63 or more");
        }

        return length > ushort.MaxValue || Fail(CloseCode.ProtocolError, "a length not in its shortest form");
    }

    private void EnterPayload(Opcode opcode, bool fin, long length, uint key)
    {
        _inPayload = true;
        _opcode = opcode;
        _remaining = length;
        _key = key;
        if (IsControl(opcode))
        {
            _controlLength = 0;
            return;
        }

        // Control frames come between the frames of a message, so FIN and the message's opcode are kept for data frames only.
        _fin = fin;
        _inMessage = true;
        FrameLength = length;
        if (opcode != Opcode.Continuation)
        {
            _messageOpcode = opcode;
        }
    }

    private bool Fail(CloseCode code, string text)
    {
        _error = code;
        ErrorText = text;
        return false;
    }

    private FrameEvent Failure(int consumed) => new() { Kind = FrameEventKind.Error, Error = _error, Consumed = consumed };

    private static bool IsControl(Opcode opcode) => opcode >= Opcode.Close;

    [InlineArray(FrameHeader.MaxLength)]
    private struct HeaderBytes
    {
        private byte _first;
    }

    [InlineArray(FrameHeader.MaxControlPayload)]
    private struct ControlBytes
    {
        private byte _first;
    }
}
