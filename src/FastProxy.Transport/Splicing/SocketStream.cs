using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FastProxy.Transport.Sockets;
using FastProxy.Transport.Streams;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// The stream under TLS: a socket that remembers whether its peer ended with a bare FIN, because <c>SslStream</c> shows a
/// <c>close_notify</c> and a FIN without one alike, and only the first is an orderly end (RFC 8446 6.1).
/// </summary>
public sealed class SocketStream : Stream
{
    private readonly RecordCork _cork = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private RecordBuffer? _records;
    private int _corkedBytes;

    /// <summary>Takes a connected socket over; disposing the stream closes it.</summary>
    public SocketStream(Socket socket)
    {
        Loop = new LoopSocket(socket);
    }

    /// <summary>The socket itself.</summary>
    public Socket Socket => Loop.Socket;

    /// <summary>Whether the peer's FIN has been read.</summary>
    public bool SawEndOfStream { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    internal LoopSocket Loop { get; }

    /// <summary>The socket as an end of a splice, in clear; the stream must not be used any more.</summary>
    /// <param name="faultReason">What a failure of the socket means to the session.</param>
    /// <param name="leftover">Bytes that were already read.</param>
    public SpliceEnd OpenEnd(ReasonCode faultReason, ReadOnlyMemory<byte> leftover) => new SocketEnd(Loop, faultReason, leftover);

    /// <summary>Whether a TLS record has arrived whole: reading it through the TLS layer will not wait.</summary>
    internal bool HasRecord => _records?.HasRecord == true;

    /// <summary>
    /// Receive in large blocks and hand out whole TLS records. Called before the handshake: in the middle of a connection nobody knows
    /// where a record begins.
    /// </summary>
    public void ReadInRecords() => _records ??= new RecordBuffer();

    /// <summary>While set, a read that would wait throws <see cref="ReadAheadException"/> instead: the caller has bytes to pass on.</summary>
    internal bool ReadsAhead { get; set; }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _records is { } records ? ReadRecordsAsync(records, buffer, cancellationToken) : ReadBytesAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Taken in turns: the TLS layer may answer a key update from its reading side.
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (!_cork.IsClosed || !_cork.TryHold(buffer.Span, _corkedBytes))
            {
                await FlushHeldAsync(cancellationToken);
                Check(await Loop.SendAsync(buffer, cancellationToken));
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Holds written records back until <see cref="UncorkAsync"/>.</summary>
    /// <param name="bytes">How many bytes of payload are about to be written.</param>
    internal void Cork(int bytes)
    {
        _corkedBytes = bytes;
        _cork.IsClosed = true;
    }

    /// <summary>Sends what was held back, in one send.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask UncorkAsync()
    {
        await _writing.WaitAsync(CancellationToken.None);
        try
        {
            _cork.IsClosed = false;
            await FlushHeldAsync(CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Loop.Dispose();
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadBytesAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.IsEmpty)
        {
            await Loop.WaitReadableAsync(cancellationToken);
            return 0;
        }

        var received = Check(await Loop.ReceiveAsync(buffer, cancellationToken));
        SawEndOfStream |= received == 0;
        return received;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadRecordsAsync(RecordBuffer records, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (ReadsAhead && !records.HasRecord)
        {
            throw new ReadAheadException();
        }

        if (buffer.IsEmpty)
        {
            if (!records.HasRecord)
            {
                // Nothing to decrypt yet: wait without a buffer, so that an idle connection holds none.
                records.Release();
                await Loop.WaitReadableAsync(cancellationToken);
            }

            return 0;
        }

        while (!records.HasRecord)
        {
            var received = Check(await Loop.ReceiveAsync(records.Room(), cancellationToken));
            if (received == 0)
            {
                SawEndOfStream = true;
                break;
            }

            records.Received(received);
        }

        return records.IsEmpty ? 0 : records.Take(buffer.Span);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FlushHeldAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_cork.Held.IsEmpty)
            {
                Check(await Loop.SendAsync(_cork.Held, cancellationToken));
            }
        }
        finally
        {
            _cork.Release();
        }
    }

    private static int Check(SocketResult result) =>
        result.Succeeded ? result.Bytes : throw new IOException("The connection was lost.", new SocketException((int)result.Error));
}
