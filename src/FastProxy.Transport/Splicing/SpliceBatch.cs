using System.Buffers;
using System.Runtime.InteropServices;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// The bytes of one fill: a rented buffer and the ranges of it that are payload. The end that received them owns the batch;
/// the other end borrows it for one send and may write a frame header into the room left in front of a range.
/// </summary>
/// <remarks>
/// Not thread-safe. The buffer goes back to the pool whenever the flow pauses, so an idle session holds none.
/// </remarks>
public sealed class SpliceBatch
{
    /// <summary>Bytes free in front of the first received byte: the longest frame header (14, RFC 6455 5.2), rounded up.</summary>
    public const int HeadRoom = 16;

    /// <summary>Payload room of a flow that has not shown yet that it is bulk: one TLS record (RFC 8446 5.1).</summary>
    public const int SmallestCapacity = 16 * 1024;

    /// <summary>Payload room of a bulk flow: the longest message of <c>fastproxy.v1</c>.</summary>
    public const int LargestCapacity = 256 * 1024;

    /// <summary>
    /// Bytes free behind the payload room: a bulk batch cut into messages of 16 KiB for a stock peer needs room for
    /// 15 more headers of 8 bytes.
    /// </summary>
    internal const int TailRoom = 128;

    private readonly List<ArraySegment<byte>> _segments = new(8);
    private byte[]? _buffer;
    private int _nextCapacity = SmallestCapacity;

    /// <summary>Room for payload in the buffer that is rented now, in bytes; 0 while none is.</summary>
    public int Capacity { get; private set; }

    /// <summary>The payload ranges, in stream order.</summary>
    public IReadOnlyList<ArraySegment<byte>> Segments => _segments;

    internal List<ArraySegment<byte>> Ranges => _segments;

    /// <summary>Payload bytes in all ranges.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the last receive left room: the source had no more, so the next receive will probably wait.</summary>
    public bool Drained { get; private set; } = true;

    /// <summary>Rents a buffer if none is held and returns the room for payload.</summary>
    internal Memory<byte> Rent()
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(HeadRoom + _nextCapacity + TailRoom);
            Capacity = _nextCapacity;
        }

        return _buffer.AsMemory(HeadRoom, Capacity);
    }

    /// <summary>Declares the first <paramref name="count"/> bytes of the room to be the payload, and learns from it how much to rent next.</summary>
    internal void SetReceived(int count)
    {
        _segments.Clear();
        _segments.Add(new ArraySegment<byte>(_buffer!, HeadRoom, count));
        Length = count;
        Drained = count < Capacity;
        Resize(count);
    }

    /// <summary>Replaces the ranges after decoding; every range lies in the same buffer.</summary>
    internal Span<byte> BeginDecode()
    {
        _segments.Clear();
        Length = 0;
        return _buffer.AsSpan(HeadRoom, Capacity);
    }

    /// <summary>Adds a decoded payload range; <paramref name="offset"/> counts from the room's first byte.</summary>
    internal void AddDecoded(int offset, int length)
    {
        Length += length;
        var start = HeadRoom + offset;
        var spans = CollectionsMarshal.AsSpan(_segments);
        if (spans.Length > 0 && spans[^1].Offset + spans[^1].Count == start)
        {
            spans[^1] = new ArraySegment<byte>(_buffer!, spans[^1].Offset, spans[^1].Count + length);
            return;
        }

        _segments.Add(new ArraySegment<byte>(_buffer!, start, length));
    }

    /// <summary>Replaces the ranges by the one that holds the frames made of them.</summary>
    internal void SetFramed(int start, int length)
    {
        _segments.Clear();
        _segments.Add(new ArraySegment<byte>(_buffer!, start, length));
    }

    /// <summary>Makes the batch hold a copy of a few bytes that did not come from a receive: a control frame.</summary>
    internal void SetCopy(ReadOnlySpan<byte> bytes)
    {
        Rent();
        bytes.CopyTo(_buffer.AsSpan(HeadRoom));
        _segments.Clear();
        _segments.Add(new ArraySegment<byte>(_buffer!, HeadRoom, bytes.Length));
        Length = bytes.Length;
    }

    /// <summary>Gives the buffer back. The ranges become invalid.</summary>
    internal void Return()
    {
        _segments.Clear();
        Length = 0;
        Capacity = 0;
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Resize(int received)
    {
        // Four times up, because a bulk flow shows itself at once; half down, because one short read says little.
        if (received == Capacity && _nextCapacity < LargestCapacity)
        {
            _nextCapacity = Math.Min(LargestCapacity, _nextCapacity * 4);
        }
        else if (received < _nextCapacity / 8 && _nextCapacity > SmallestCapacity)
        {
            _nextCapacity /= 2;
        }
    }

    /// <summary>Swaps the buffer for one of the size the flow has earned; called only while no range is in use.</summary>
    internal void Adapt()
    {
        if (_buffer is not null && Capacity != _nextCapacity)
        {
            Return();
        }
    }
}
