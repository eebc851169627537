using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FastProxy.Transport.Sockets;
using FastProxy.Transport.Streams;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// A TLS connection: <c>close_notify</c> and FIN are its half-close, and a FIN without <c>close_notify</c> is a loss
/// (RFC 8446 6.1), not an end.
/// </summary>
public sealed class TlsEnd : StreamEnd
{
    /// <summary>The payload of the longest record (RFC 8446 5.1).</summary>
    private const int LongestRecord = 16 * 1024;

    private readonly SslStream _tls;
    private readonly SocketStream _inner;
    private int _closed;

    /// <summary>Takes the connection over after its handshake.</summary>
    /// <param name="tls">The authenticated stream.</param>
    /// <param name="inner">What it was made over.</param>
    /// <param name="faultReason">What a failure of this end means to the session.</param>
    /// <param name="leftover">Decrypted bytes that were already read.</param>
    public TlsEnd(SslStream tls, SocketStream inner, ReasonCode faultReason, ReadOnlyMemory<byte> leftover = default)
        : base(tls, tls, faultReason, leftover, cancels: false)
    {
        _tls = tls;
        _inner = inner;
        inner.Socket.NoDelay = true;
    }

    /// <summary>Whether a FIN without <c>close_notify</c> counts as an end: a stock client that is killed ends so. Defaults to false.</summary>
    public bool BareEndIsOrderly { get; set; }

    /// <inheritdoc/>
    protected override bool SupportsZeroByteReads => true;

    /// <inheritdoc/>
    public override void Abort(ReasonCode reason)
    {
        // Ends whatever waits for the socket, and with it what waits for TLS.
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _inner.Loop.Reset();
        }

        base.Abort(reason);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        Batch.Return();
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _inner.Loop.Dispose();
        }

        // The socket is closed already: disposing can only fail to say close_notify, which CloseWriteAsync has said.
        try
        {
            await _tls.DisposeAsync();
        }
        catch (IOException)
        {
        }
    }

    internal override LoopSocket Loop => _inner.Loop;

    /// <inheritdoc/>
    protected override bool EndedInOrder() => BareEndIsOrderly || !_inner.SawEndOfStream;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected override async ValueTask<int> ReadCoreAsync(Stream read, Memory<byte> room, CancellationToken cancellationToken)
    {
        var count = await read.ReadAsync(room, cancellationToken);

        if (count == 0 || !_inner.HasRecord)
        {
            return count;
        }

        // The records that have arrived already decrypt without waiting: they go on in the same batch.
        _inner.ReadsAhead = true;
        try
        {
            for (var more = count; more > 0 && room.Length - count >= LongestRecord && _inner.HasRecord; count += more)
            {
                more = await read.ReadAsync(room[count..], cancellationToken);
            }
        }
        catch (ReadAheadException)
        {
        }
        finally
        {
            _inner.ReadsAhead = false;
        }

        return count;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WriteCoreAsync(Stream write, SpliceBatch batch, CancellationToken cancellationToken)
    {
        _inner.Cork(batch.Length);
        try
        {
            for (var i = 0; i < batch.Segments.Count; i++)
            {
                await write.WriteAsync(batch.Segments[i], cancellationToken);
            }
        }
        finally
        {
            await _inner.UncorkAsync();
        }
    }

    /// <inheritdoc/>
    protected override void StopReadingCore()
    {
        try
        {
            // Wakes a pending receive with 0 bytes and sends nothing.
            _inner.Socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Already gone, which ends the receive as well.
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask CloseWriteCoreAsync(Stream write)
    {
        await _tls.ShutdownAsync();
        try
        {
            _inner.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }
}
