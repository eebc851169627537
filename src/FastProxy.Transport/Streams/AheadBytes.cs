using FastProxy.Transport.Splicing;

namespace FastProxy.Transport.Streams;

/// <summary>What a client sent between <c>open</c> and <c>opened</c>: at most <see cref="StreamProtocol.MostAhead"/> bytes. Holds nothing between sessions.</summary>
internal sealed class AheadBytes
{
    private byte[]? _bytes;
    private int _length;

    /// <summary>Whether the client has said <c>eof</c> behind them.</summary>
    public bool Ended { get; set; }

    /// <summary>Keeps a copy of a batch. False where it is too much, or where nothing more may come.</summary>
    public bool TryAdd(SpliceBatch batch)
    {
        if (Ended || batch.Length > StreamProtocol.MostAhead - _length)
        {
            return false;
        }

        if (_bytes is null || _bytes.Length < _length + batch.Length)
        {
            Array.Resize(ref _bytes, Math.Min(StreamProtocol.MostAhead, Math.Max(1024, 2 * (_length + batch.Length))));
        }

        foreach (var segment in batch.Segments)
        {
            segment.AsSpan().CopyTo(_bytes.AsSpan(_length));
            _length += segment.Count;
        }

        return true;
    }

    /// <summary>Gives the bytes away.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var bytes = _bytes.AsMemory(0, _length);
        (_bytes, _length) = (null, 0);
        return bytes;
    }

    public void Clear()
    {
        (_bytes, _length) = (null, 0);
        Ended = false;
    }
}
