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
        _leftover = leftover;
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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FillStatus> FillAsync()
    {
        if (!_leftover.IsEmpty)
        {
            return TakeLeftover();
        }

        Batch.Adapt();
        SocketResult received;
        while (!_socket.TryReceive(Batch.Rent().Span, out received))
        {
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

        Batch.SetReceived(received.Bytes);
        return FillStatus.Data;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(SpliceBatch batch)
    {
        var sending = _socket.SendAsync(batch.Ranges);
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
        _leftover = _leftover[count..];
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
