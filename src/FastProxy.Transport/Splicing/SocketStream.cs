using System.Net.Sockets;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// The stream under TLS: a socket that remembers whether its peer ended with a bare FIN, because <c>SslStream</c> shows a
/// <c>close_notify</c> and a FIN without one alike, and only the first is an orderly end (RFC 8446 6.1).
/// </summary>
public sealed class SocketStream : Stream
{
    private readonly SocketOperation _receive = new();
    private readonly SocketOperation _send = new();

    /// <summary>Takes a connected socket over; disposing the stream closes it.</summary>
    public SocketStream(Socket socket)
    {
        Socket = socket;
    }

    /// <summary>The socket itself.</summary>
    public Socket Socket { get; }

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

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int received;
        if (cancellationToken.CanBeCanceled)
        {
            received = await TranslateAsync(Socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken));
        }
        else
        {
            received = Check(await _receive.ReceiveAsync(Socket, buffer));
        }

        SawEndOfStream |= received == 0 && buffer.Length > 0;
        return received;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            Check(await _send.SendAsync(Socket, buffer));
            return;
        }

        while (!buffer.IsEmpty)
        {
            buffer = buffer[await TranslateAsync(Socket.SendAsync(buffer, SocketFlags.None, cancellationToken))..];
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
            Socket.Dispose();
            _receive.Dispose();
            _send.Dispose();
        }

        base.Dispose(disposing);
    }

    private static int Check(SocketResult result) =>
        result.Succeeded ? result.Bytes : throw new IOException("The connection was lost.", new SocketException((int)result.Error));

    private static async ValueTask<int> TranslateAsync(ValueTask<int> operation)
    {
        try
        {
            return await operation;
        }
        catch (SocketException exception)
        {
            throw new IOException("The connection was lost.", exception);
        }
        catch (ObjectDisposedException exception)
        {
            throw new IOException("The connection was closed.", exception);
        }
    }
}
