using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FastProxy.Transport.Sockets;
using FastProxy.Transport.Streams;

namespace FastProxy.Transport.Splicing;

/// <summary>A plain socket (TCP or unix): large receives straight into the batch, one gathered send, real half-close.</summary>
public sealed class SocketEnd : SpliceEnd
{
    private readonly LoopSocket _socket;
    private readonly ReasonCode _faultReason;
    private ReadOnlyMemory<byte> _leftover;
    private ReasonCode _fault;
    private int _closed;

    /// <summary>Takes the socket over.</summary>
    /// <param name="socket">A connected stream socket.</param>
    /// <param name="faultReason">What a failure of this socket means to the session: <see cref="ReasonCode.OriginReset"/> towards an origin,
    /// <see cref="ReasonCode.ClientReset"/> towards a local client, <see cref="ReasonCode.StreamLost"/> under a WebSocket.</param>
    /// <param name="leftover">Bytes that were already read from the socket; the first fill returns them.</param>
    public SocketEnd(Socket socket, ReasonCode faultReason, ReadOnlyMemory<byte> leftover = default)
        : this(new LoopSocket(socket), faultReason, leftover)
    {
    }

    internal SocketEnd(LoopSocket socket, ReasonCode faultReason, ReadOnlyMemory<byte> leftover)
    {
        _socket = socket;
        _faultReason = faultReason;
        _leftover = leftover.IsEmpty ? default : leftover;
        if (socket.Socket.AddressFamily != AddressFamily.Unix)
        {
            // A keystroke must not wait for the acknowledgement of the one before (RFC 896).
            socket.Socket.NoDelay = true;
        }
    }

    /// <inheritdoc/>
    public override SpliceBatch Batch { get; } = new();

    /// <inheritdoc/>
    public override ReasonCode Fault => _fault;

    /// <inheritdoc/>
    public override ValueTask<FillStatus> FillAsync() =>
        FillAsync(SpliceBatch.LargestCapacity, MayPipe && Batch.IsBulk ? KernelPipe.Capacity : 0);

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(SpliceBatch batch)
    {
        var sending = _socket.SendAsync(batch.Ranges, batch.Pipe);
        return sending.IsCompletedSuccessfully ? ValueTask.FromResult(Check(sending.Result)) : SendSlowAsync(sending);
    }

    /// <inheritdoc/>
    public override ValueTask<bool> CloseWriteAsync()
    {
        try
        {
            _socket.Socket.Shutdown(SocketShutdown.Send);
            return ValueTask.FromResult(true);
        }
        catch (SocketException)
        {
            // The peer has reset the connection: the reading direction will say so, if it still matters.
            return ValueTask.FromResult(false);
        }
        catch (ObjectDisposedException)
        {
            return ValueTask.FromResult(false);
        }
    }

    /// <inheritdoc/>
    public override void Abort(ReasonCode reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        SetFault(reason);
        _socket.Reset();
    }

    /// <inheritdoc/>
    public override void StopReading()
    {
        try
        {
            // On Linux this wakes a pending receive with 0 bytes and sends nothing.
            _socket.Socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Already gone, which ends the receive as well.
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<ReasonCode> FinishAsync(ReasonCode reason)
    {
        if (reason != ReasonCode.Ok)
        {
            Abort(reason);
        }

        await DisposeAsync();
        return reason;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Batch.Return();
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _socket.Dispose();
        }
        return default;
    }

    internal override LoopSocket Loop => _socket;

    internal override ReasonCode Loss => _faultReason;

    internal override bool TakesPipe => _socket.Socket.AddressFamily != AddressFamily.Unix;

    internal override bool MayPipe { get; set; }

    /// <summary>Fills the batch: with a pipe, where one may be used and is to be had, else with memory.</summary>
    /// <param name="mostInMemory">Bytes to receive at most into memory; a frame header's worth teaches the batch nothing about the flow.</param>
    /// <param name="mostInPipe">Bytes to receive at most into a pipe; 0 for none.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<FillStatus> FillAsync(int mostInMemory, int mostInPipe)
    {
        if (!_leftover.IsEmpty)
        {
            return TakeLeftover();
        }

        Batch.Adapt();
        Batch.Clear();
        SocketResult received;
        while (true)
        {
            if (mostInPipe > 0 && TryFillPipe(mostInPipe) is { } status)
            {
                return status;
            }

            var room = Batch.Rent(mostInMemory);
            if (Batch.Gap > 0 ? _socket.TryReceive(Batch.Slots, out received)
                : _socket.TryReceive(room.Span[..Math.Min(room.Length, mostInMemory)], out received))
            {
                break;
            }

            // Nothing there: wait without a buffer, so that an idle session holds none.
            Batch.Return();
            await _socket.WaitReadableAsync(CancellationToken.None);
        }

        if (!received.Succeeded)
        {
            return Fail();
        }

        if (received.Bytes == 0)
        {
            Batch.Return();
            return FillStatus.EndOfData;
        }

        if (Batch.Gap > 0)
        {
            Batch.SetReceivedInSlots(received.Bytes);
        }
        else if (mostInMemory < SpliceBatch.SmallestCapacity)
        {
            Batch.SetHeader(received.Bytes);
        }
        else
        {
            Batch.SetReceived(received.Bytes);
        }

        return FillStatus.Data;
    }

    /// <summary>
    /// Adds to the batch what is there now, without waiting. Null when a plain receive has to say what there is: nothing, the end, or
    /// bytes that splice(2) stops at.
    /// </summary>
    internal FillStatus? TryFillPipe(int most)
    {
        if (!_leftover.IsEmpty || Batch.RentPipe() is not { } pipe || !_socket.TryReceive(pipe, most, out var received))
        {
            return null;
        }

        if (received.Error == SocketError.OperationNotSupported)
        {
            KernelPipes.GiveUp();
            return null;
        }

        if (!received.Succeeded)
        {
            return Fail();
        }

        Batch.AddPiped(received.Bytes, most);
        return received.Bytes > 0 ? FillStatus.Data : null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> SendSlowAsync(ValueTask<SocketResult> sending) => Check(await sending);

    private bool Check(SocketResult sent)
    {
        if (!sent.Succeeded)
        {
            // The batch stays: a fill may be under way in it.
            SetFault(_faultReason);
        }

        return sent.Succeeded;
    }

    private FillStatus TakeLeftover()
    {
        var room = Batch.Rent();
        var count = Math.Min(room.Length, _leftover.Length);
        _leftover.Span[..count].CopyTo(room.Span);
        _leftover = count < _leftover.Length ? _leftover[count..] : default;
        Batch.SetReceived(count);
        return FillStatus.Data;
    }

    private FillStatus Fail()
    {
        SetFault(_faultReason);
        Batch.Return();
        return FillStatus.Failed;
    }

    private void SetFault(ReasonCode reason)
    {
        if (_fault == ReasonCode.Ok)
        {
            _fault = reason;
        }
    }
}
