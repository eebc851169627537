using System.Net.Security;
using System.Net.Sockets;
using FastProxy.Transport.Splicing;

namespace FastProxy.Client.Connecting;

/// <summary>
/// A connection on which nothing has been asked yet: TCP, and TLS where it is spoken. It may wait for its upgrade; meanwhile
/// <see cref="WatchAsync"/> reads it, because only end of stream or application data says that it is of no use any more (TLS 1.3
/// tickets say nothing).
/// </summary>
public sealed class WarmConnection : IAsyncDisposable
{
    private Task<bool>? _watching;

    internal WarmConnection(SocketStream transport, SslStream? tls)
    {
        Transport = transport;
        Tls = tls;
    }

    /// <summary>The TCP connection.</summary>
    public Socket Socket => Transport.Socket;

    internal SocketStream Transport { get; }

    internal SslStream? Tls { get; }

    /// <summary>Completes when the server has ended the connection, broken it, or said something nobody asked for; or when it answers the upgrade.</summary>
    public Task WatchAsync() => _watching ??= ReadAsync();

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        Socket.Dispose();
        await (Tls?.DisposeAsync() ?? default);
        await Transport.DisposeAsync();
    }

    /// <summary>Waits until the read of <see cref="WatchAsync"/> is over: there is one reader at a time.</summary>
    internal async Task AnswerBeganAsync(CancellationToken cancellationToken)
    {
        if (_watching is not null && !await _watching.WaitAsync(cancellationToken))
        {
            throw new IOException("The connection was lost.");
        }
    }

    /// <summary>Waits for something to read, without a buffer. False when the connection broke.</summary>
    private async Task<bool> ReadAsync()
    {
        try
        {
#pragma warning disable CA2022 // A read of zero bytes waits for data; it reads none.
            await (Tls ?? (Stream)Transport).ReadAsync(Memory<byte>.Empty, CancellationToken.None);
#pragma warning restore CA2022
            return true;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }
}
