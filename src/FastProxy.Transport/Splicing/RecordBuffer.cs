using System.Buffers.Binary;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// Received TLS records that the TLS layer has not taken yet. It hands out whole records only, so that what is left here is all there
/// is: the layer above can take every record that has arrived without ever waiting for half of one.
/// </summary>
/// <remarks>Not thread-safe. Holds no buffer while it is empty.</remarks>
internal sealed class RecordBuffer
{
    /// <summary>RFC 8446 5.1, 5.2: type, version, length; then at most 2^14 + 256 bytes.</summary>
    private const int HeaderLength = 5;

    /// <summary>RFC 5246 6.2.3: a TLS 1.2 fragment may exceed 2^14 by 2048.</summary>
    private const int LongestFragment = (16 * 1024) + 2048;

    /// <summary>RFC 8446 5.1: change_cipher_spec; the types go on to application_data, and RFC 6520 has one more.</summary>
    private const byte FirstType = 20;

    private const byte LastType = 24;

    private byte[]? _buffer;

    // The block's slack makes room for the longest record; what a bulk flow earns is one receive for 16 records, where SslStream by itself
    // receives one (bench/RESULTS.md has 64 and 128 KiB beside it).
    private int _capacity = SpliceBatch.SmallestCapacity;
    private int _start;
    private int _end;
    private int _handedOut;
    private int _sinceIdle;

    public bool IsEmpty => _start == _end;

    /// <summary>Whether a record is here to its last byte.</summary>
    public bool HasRecord => _start < _end && (_handedOut > 0 || NextLength(_start) is > 0 and var length && length <= _end - _start);

    /// <summary>Room to receive into, at least one byte.</summary>
    public Memory<byte> Room()
    {
        _buffer ??= BlockPool.Rent(_capacity);
        if (_start > 0)
        {
            // Only the head of a record stands here, and it must become whole in one piece.
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            (_start, _end) = (0, _end - _start);
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Adds bytes that were received into <see cref="Room"/>.</summary>
    public void Received(int count)
    {
        _end += count;
        _sinceIdle = Math.Min(_sinceIdle + count, SpliceBatch.LargestCapacity);
        if (_end == _buffer!.Length)
        {
            Grow();
        }
    }

    /// <summary>Copies as many whole records as fit, or, where not even one does, as much of it as fits.</summary>
    public int Take(Span<byte> destination)
    {
        var count = 0;
        if (_handedOut > 0)
        {
            count = Math.Min(_handedOut, Math.Min(destination.Length, _end - _start));
            _handedOut -= count;
        }
        else
        {
            while (NextLength(_start + count) is > 0 and var length && count + length <= Math.Min(destination.Length, _end - _start))
            {
                count += length;
            }

            if (count == 0)
            {
                count = Math.Min(destination.Length, _end - _start);
                _handedOut = Math.Max(0, NextLength(_start) - count);
            }
        }

        _buffer.AsSpan(_start, count).CopyTo(destination);
        _start += count;
        if (IsEmpty)
        {
            (_start, _end) = (0, 0);
        }

        return count;
    }

    /// <summary>Gives the buffer back if nothing is in it.</summary>
    public void Release()
    {
        if (IsEmpty && _buffer is { } buffer)
        {
            _capacity = _sinceIdle > SpliceBatch.SmallestCapacity ? SpliceBatch.LargestCapacity : SpliceBatch.SmallestCapacity;
            _sinceIdle = 0;
            _buffer = null;
            BlockPool.Return(buffer);
        }
    }

    private int NextLength(int at)
    {
        if (_end - at < HeaderLength)
        {
            return 0;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(at + 3));

        // What is no record at all (a plain request on a TLS port) goes up as it is: the TLS layer refuses it at once.
        return _buffer![at] is < FirstType or > LastType || length > LongestFragment ? _end - at : HeaderLength + length;
    }

    private void Grow()
    {
        _capacity = SpliceBatch.LargestCapacity;
        var grown = BlockPool.Rent(_capacity);
        if (grown.Length <= _buffer!.Length)
        {
            // The largest already, or no larger one to be had: the next receive waits until records were taken.
            BlockPool.Return(grown);
            return;
        }

        Buffer.BlockCopy(_buffer, _start, grown, 0, _end - _start);
        (_start, _end) = (0, _end - _start);
        BlockPool.Return(_buffer);
        _buffer = grown;
    }
}
