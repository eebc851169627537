using System.Runtime.CompilerServices;
using FastProxy.Transport.Streams;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// An end over a pair of streams: standard input and output, or any <see cref="Stream"/> that is not a socket.
/// Closing the write stream is its half-close.
/// </summary>
public class StreamEnd : SpliceEnd
{
    private readonly Stream _read;
    private readonly Stream _write;
    private readonly ReasonCode _faultReason;
    private readonly CancellationTokenSource? _aborted;
    private readonly CancellationTokenSource? _stopReading;
    private ReadOnlyMemory<byte> _leftover;
    private ReasonCode _fault;
    private volatile bool _stopped;

    /// <summary>Takes the streams over; they may be the same object.</summary>
    /// <param name="read">Where bytes come from.</param>
    /// <param name="write">Where bytes go to; disposed by <see cref="CloseWriteAsync"/>.</param>
    /// <param name="faultReason">What a failure of this end means to the session.</param>
    /// <param name="leftover">Bytes that were already read; the first fill returns them.</param>
    public StreamEnd(Stream read, Stream write, ReasonCode faultReason, ReadOnlyMemory<byte> leftover = default)
        : this(read, write, faultReason, leftover, cancels: true)
    {
    }

    /// <summary>Takes the streams over.</summary>
    /// <param name="read">Where bytes come from.</param>
    /// <param name="write">Where bytes go to.</param>
    /// <param name="faultReason">What a failure of this end means to the session.</param>
    /// <param name="leftover">Bytes that were already read.</param>
    /// <param name="cancels">Whether reads and writes are ended by cancelling them; false where the derived end closes what is beneath instead,
    /// which costs an idle session no registrations.</param>
    private protected StreamEnd(Stream read, Stream write, ReasonCode faultReason, ReadOnlyMemory<byte> leftover, bool cancels)
    {
        _read = read;
        _write = write;
        _faultReason = faultReason;
        _leftover = leftover.IsEmpty ? default : leftover;
        if (cancels)
        {
            _aborted = new CancellationTokenSource();
            _stopReading = new CancellationTokenSource();
        }
    }

    internal override ReasonCode Loss => _faultReason;

    private CancellationToken Aborted => _aborted?.Token ?? CancellationToken.None;

    private CancellationToken ReadingStopped => _stopReading?.Token ?? CancellationToken.None;

    /// <inheritdoc/>
    public override SpliceBatch Batch { get; } = new();

    /// <inheritdoc/>
    public override ReasonCode Fault => _fault;

    /// <summary>Whether waiting for bytes without holding a buffer works on this stream.</summary>
    protected virtual bool SupportsZeroByteReads => false;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FillStatus> FillAsync()
    {
        if (!_leftover.IsEmpty)
        {
            var leftoverRoom = Batch.Rent();
            var taken = Math.Min(leftoverRoom.Length, _leftover.Length);
            _leftover.Span[..taken].CopyTo(leftoverRoom.Span);
            _leftover = taken < _leftover.Length ? _leftover[taken..] : default;
            Batch.SetReceived(taken);
            return FillStatus.Data;
        }

        Batch.Adapt();
        try
        {
            if (Batch.Drained && SupportsZeroByteReads)
            {
                Batch.Return();
#pragma warning disable CA2022 // A read of zero bytes waits for data; it reads none.
                await _read.ReadAsync(Memory<byte>.Empty, ReadingStopped);
#pragma warning restore CA2022
            }

            var count = await ReadCoreAsync(_read, Batch.Rent(), ReadingStopped);
            if (count == 0)
            {
                Batch.Return();
                return _stopped || EndedInOrder() ? FillStatus.EndOfData : Fail();
            }

            Batch.SetReceived(count);
            return FillStatus.Data;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            return _stopped && _fault == ReasonCode.Ok ? FillStatus.EndOfData : Fail();
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> SendAsync(SpliceBatch batch)
    {
        try
        {
            await WriteCoreAsync(_write, batch, Aborted);
            return true;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The batch stays: a fill may be under way in it.
            SetFault();
            return false;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> CloseWriteAsync()
    {
        try
        {
            await CloseWriteCoreAsync(_write);
            return true;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Abort(ReasonCode reason)
    {
        if (_fault == ReasonCode.Ok)
        {
            _fault = reason;
        }

        _aborted?.Cancel();
        _stopReading?.Cancel();
    }

    /// <inheritdoc/>
    public override void StopReading()
    {
        _stopped = true;
        StopReadingCore();
    }

    /// <inheritdoc/>
    public override async ValueTask<ReasonCode> FinishAsync(ReasonCode reason)
    {
        await DisposeAsync();
        return reason;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Batch.Return();
        try
        {
            await _write.DisposeAsync();
            await _read.DisposeAsync();
        }
        catch (IOException)
        {
            // The reader of our output went away first; there is nobody left to tell.
        }
    }

    /// <summary>Whether an end of the read stream is an orderly one.</summary>
    protected virtual bool EndedInOrder() => true;

    /// <summary>Reads at least one byte, or 0 at the end.</summary>
    protected virtual ValueTask<int> ReadCoreAsync(Stream read, Memory<byte> room, CancellationToken cancellationToken) =>
        read.ReadAsync(room, cancellationToken);

    /// <summary>Writes the whole batch.</summary>
    protected virtual async ValueTask WriteCoreAsync(Stream write, SpliceBatch batch, CancellationToken cancellationToken)
    {
        for (var i = 0; i < batch.Segments.Count; i++)
        {
            await write.WriteAsync(batch.Segments[i], cancellationToken);
        }

        await write.FlushAsync(cancellationToken);
    }

    /// <summary>Wakes a pending read. A stream that cannot be woken is abandoned instead: its read is cancelled.</summary>
    protected virtual void StopReadingCore() => _stopReading?.Cancel();

    /// <summary>Ends the writing direction only.</summary>
    protected virtual async ValueTask CloseWriteCoreAsync(Stream write) => await write.DisposeAsync();

    private FillStatus Fail()
    {
        SetFault();
        Batch.Return();
        return FillStatus.Failed;
    }

    private void SetFault()
    {
        if (_fault == ReasonCode.Ok)
        {
            _fault = _faultReason;
        }
    }
}
