namespace FastProxy.Transport.Splicing;

/// <summary>
/// Encrypted records of one batch, held back until the batch is whole: SslStream by itself sends every 16 KiB record alone.
/// </summary>
/// <remarks>Not thread-safe. Holds no buffer between two batches.</remarks>
internal sealed class RecordCork
{
    private byte[]? _buffer;
    private int _length;

    /// <summary>Whether records are held back now.</summary>
    public bool IsClosed { get; set; }

    public ReadOnlyMemory<byte> Held => _buffer.AsMemory(0, _length);

    /// <summary>Holds a record back. False when there is no room for it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="payload">How many bytes the whole batch holds before they are encrypted.</param>
    public bool TryHold(ReadOnlySpan<byte> record, int payload)
    {
        _buffer ??= BlockPool.Rent(Math.Min(payload, SpliceBatch.LargestCapacity));
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
            BlockPool.Return(buffer);
        }
    }
}
