using System.Net.Sockets;
using FastProxy.Transport.Streams;

namespace FastProxy.Transport.Splicing;

/// <summary>A plain socket (TCP or unix): large receives straight into the batch, one gathered send, real half-close.</summary>
public sealed class SocketEnd : SpliceEnd
{
    /// <summary>More ranges than this are moved together first: the socket layer keeps 8 I/O vectors on its stack and allocates beyond.</summary>
    private const int MostGathered = 8;

    private readonly Socket _socket;
    private readonly SocketOperation _receive = new();
    private readonly SocketOperation _send = new();
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
    {
        _socket = socket;
        _faultReason = faultReason;
        _leftover = leftover;
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            // A keystroke must not wait for the acknowledgement of the one before (RFC 896).
            socket.NoDelay = true;
        }
    }

    /// <inheritdoc/>
    public override SpliceBatch Batch { get; } = new();

    /// <inheritdoc/>
    public override ReasonCode Fault => _fault;

    /// <inheritdoc/>
    public override async ValueTask<FillStatus> FillAsync()
    {
        if (!_leftover.IsEmpty)
        {
            return TakeLeftover();
        }

        Batch.Adapt();
        if (Batch.Drained)
        {
            // The source had nothing more: wait without a buffer, so that an idle session holds none.
            Batch.Return();
            var readable = await _receive.ReceiveAsync(_socket, Memory<byte>.Empty);
            if (!readable.Succeeded)
            {
                return Fail();
            }
        }

        var received = await _receive.ReceiveAsync(_socket, Batch.Rent());
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
    public override async ValueTask<bool> SendAsync(SpliceBatch batch)
    {
        batch.Compact(MostGathered);
        var segments = batch.MutableSegments;
        var sent = segments.Count == 1
            ? await _send.SendAsync(_socket, segments[0])
            : await _send.SendAsync(_socket, segments);
        if (!sent.Succeeded)
        {
            // The batch stays: a fill may be under way in it.
            SetFault(_faultReason);
        }

        return sent.Succeeded;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> CloseWriteAsync()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
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

        // Linger 0 makes the close an RST: the peer must not take a broken stream for a finished one.
        _socket.Close(timeout: 0);
    }

    /// <inheritdoc/>
    public override void StopReading()
    {
        try
        {
            // On Linux this wakes a pending receive with 0 bytes and sends nothing.
            _socket.Shutdown(SocketShutdown.Receive);
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

        _receive.Dispose();
        _send.Dispose();
        return default;
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
