using System.Buffers;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// Encrypted records of one batch, held back until the batch is whole: SslStream by itself sends every 16 KiB record alone.
/// </summary>
/// <remarks>Not thread-safe. Holds no buffer between two batches.</remarks>
internal sealed class RecordCork
{
    /// <summary>A batch of 256 KiB, its frame header, and 17 records with up to 64 bytes of header, tag and padding each.</summary>
    private const int Capacity = SpliceBatch.LargestCapacity + (4 * 1024);

    private byte[]? _buffer;
    private int _length;

    /// <summary>Whether records are held back now.</summary>
    public bool IsClosed { get; set; }

    public ReadOnlyMemory<byte> Held => _buffer.AsMemory(0, _length);

    /// <summary>Holds a record back. False when there is no room for it.</summary>
    public bool TryHold(ReadOnlySpan<byte> record, int expected)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(Math.Min(Capacity, Math.Max(record.Length, expected)));
        if (_buffer.Length - _length < record.Length)
        {
            return false;
        }

        record.CopyTo(_buffer.AsSpan(_length));
        _length += record.Length;
        return true;
    }

    /// <summary>Gives the buffer back once its records were sent.</summary>
    public void Release()
    {
        _length = 0;
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
