using System.Runtime.InteropServices;
using FastProxy.Transport.Sockets;

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

    /// <summary>Payload room of a bulk flow; 64 and 128 KiB cost more processor time over TLS (bench/RESULTS.md).</summary>
    public const int LargestCapacity = 256 * 1024;

    /// <summary>
    /// A flow stays bulk for so many fills after one that showed it: a reader that is faster than its writer finds the socket empty now
    /// and then.
    /// </summary>
    private const int BulkMemory = 8;

    // Most batches are one range, and a session has four batches: room for more is made by a flow that has more.
    private readonly List<ArraySegment<byte>> _segments = new(1);
    private byte[]? _buffer;
    private KernelPipe? _pipe;
    private int _bulk;
    private int _nextCapacity = SmallestCapacity;

    /// <summary>Room for payload in the buffer that is rented now, in bytes; 0 while none is.</summary>
    public int Capacity { get; private set; }

    /// <summary>The payload ranges, in stream order.</summary>
    public IReadOnlyList<ArraySegment<byte>> Segments => _segments;

    internal List<ArraySegment<byte>> Ranges => _segments;

    /// <summary>Payload bytes: those in all ranges, and those behind them that stay in <see cref="Pipe"/>.</summary>
    public int Length { get; private set; }

    /// <summary>The pipe that holds what comes behind the ranges, for an end that said it takes one; null where nothing does.</summary>
    internal KernelPipe? Pipe => _pipe is { Held: > 0 } ? _pipe : null;

    /// <summary>Bytes to leave free after every 16 KiB of payload, where the end that sends the batch needs room for a header there.</summary>
    internal int Gap { get; set; }

    /// <summary>Whether the flow has lately filled the largest buffer: then a pipe is cheaper than memory.</summary>
    internal bool IsBulk => _bulk > 0;

    /// <summary>Whether the last receive left room: the source had no more, so the next receive will probably wait.</summary>
    public bool Drained { get; private set; } = true;

    /// <summary>Rents a buffer if none is held and returns the room for payload.</summary>
    /// <param name="most">How many bytes are wanted at most: no more than the flow has earned are rented for them.</param>
    internal Memory<byte> Rent(int most = LargestCapacity)
    {
        if (_buffer is null)
        {
            var capacity = most <= SmallestCapacity ? SmallestCapacity : _nextCapacity;
            _buffer = BlockPool.Rent(capacity);
            Capacity = Math.Min(capacity, _buffer.Length - BlockPool.Slack);
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
        _bulk = count == LargestCapacity ? BulkMemory : Math.Max(0, _bulk - 1);
        Resize(count);
    }

    /// <summary>The room as places of 16 KiB with <see cref="Gap"/> bytes between them. Called after <see cref="Rent"/>.</summary>
    internal Slots Slots => new(_buffer!, HeadRoom, SmallestCapacity, Gap, Capacity / SmallestCapacity);

    /// <summary>Like <see cref="SetReceived"/>, for bytes that were received into <see cref="Slots"/>.</summary>
    internal void SetReceivedInSlots(int count)
    {
        SetReceived(count);
        _segments.Clear();
        for (var offset = HeadRoom; count > 0; offset += SmallestCapacity + Gap, count -= SmallestCapacity)
        {
            _segments.Add(new ArraySegment<byte>(_buffer!, offset, Math.Min(count, SmallestCapacity)));
        }
    }

    /// <summary>Makes the batch a few bytes of which nothing is to be learned about the flow.</summary>
    internal void SetHeader(int count)
    {
        _segments.Clear();
        _segments.Add(new ArraySegment<byte>(_buffer!, HeadRoom, count));
        Length = count;

        // What follows a header makes up for it, unless a peer sends nothing but headers.
        _bulk = Math.Max(0, _bulk - 1);
    }

    /// <summary>An empty pipe to receive into; null when there is none to be had.</summary>
    internal KernelPipe? RentPipe()
    {
        ReturnUnsent();
        return _pipe ??= KernelPipes.TryRent();
    }

    /// <summary>Declares that bytes are in the pipe, behind whatever is in the ranges.</summary>
    /// <param name="count">How many.</param>
    /// <param name="most">How many there could have been.</param>
    internal void AddPiped(int count, int most)
    {
        Length += count;
        _bulk = count == most || count >= LargestCapacity / 4 ? BulkMemory : Math.Max(0, _bulk - 1);
    }

    /// <summary>Forgets the payload but keeps buffer and pipe for the next one.</summary>
    internal void Clear()
    {
        _segments.Clear();
        Length = 0;
    }

    /// <summary>Replaces the ranges after decoding; every range lies in the same buffer.</summary>
    internal Span<byte> BeginDecode()
    {
        Clear();
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

    /// <summary>Joins ranges that follow each other without a gap, so that frames side by side are one range.</summary>
    internal void MergeRanges()
    {
        var spans = CollectionsMarshal.AsSpan(_segments);
        var last = 0;
        for (var i = 1; i < spans.Length; i++)
        {
            if (spans[last].Offset + spans[last].Count == spans[i].Offset)
            {
                spans[last] = new ArraySegment<byte>(spans[last].Array!, spans[last].Offset, spans[last].Count + spans[i].Count);
            }
            else
            {
                spans[++last] = spans[i];
            }
        }

        CollectionsMarshal.SetCount(_segments, last + 1);
    }

    /// <summary>Puts a frame header, in a buffer of the caller, in front of what is in the pipe.</summary>
    internal void SetPipedFrame(byte[] header, int length)
    {
        _segments.Clear();
        _segments.Add(new ArraySegment<byte>(header, 0, length));
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
        Clear();
        Capacity = 0;
        if (Interlocked.Exchange(ref _pipe, null) is { } pipe)
        {
            KernelPipes.Return(pipe);
        }

        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            BlockPool.Return(buffer);
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
        ReturnUnsent();
        if (_buffer is not null && Capacity != _nextCapacity)
        {
            Return();
        }
    }

    /// <summary>A pipe that its sender gave up on still holds bytes, which must not come in front of others.</summary>
    private void ReturnUnsent()
    {
        if (_pipe is { Held: > 0 })
        {
            Return();
        }
    }
}
