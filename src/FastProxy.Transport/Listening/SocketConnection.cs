using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;

namespace FastProxy.Transport.Listening;

/// <summary>
/// An accepted connection. Kestrel's HTTP layer speaks through its pipes until the upgrade; then <see cref="TakeOver"/> hands the
/// socket, or the TLS stream over it, to the splice. Found among the connection's features under this type.
/// </summary>
public sealed class SocketConnection : DefaultConnectionContext
{
    /// <summary>How long a closing connection reads on, so that unread bytes do not turn its last answer into a reset.</summary>
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(1);

    private readonly ConnectionAdmission _admission;
    private readonly SocketStream _stream;
    private SslStream? _tls;
    private int _handshaking = 1;
    private bool _takenOver;

    internal SocketConnection(Socket socket, ConnectionAdmission admission)
        : base(Guid.NewGuid().ToString("N"))
    {
        _admission = admission;
        _stream = new SocketStream(socket);
        Transport = new SocketDuplexPipe(_stream);
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        Features.Set(this);
    }

    /// <summary>Whether TLS protects the connection.</summary>
    public bool IsSecure => _tls is not null;

    /// <summary>
    /// Takes the connection out of the HTTP layer's hands. Called once, after the 101 was flushed; the pipes must not be used
    /// any more. Bytes the client sent behind its request come first.
    /// </summary>
    /// <param name="faultReason">What a failure of the connection means to the session.</param>
    public SpliceEnd TakeOver(ReasonCode faultReason)
    {
        _takenOver = true;
        LeaveHandshake();
        var leftover = Array.Empty<byte>();
        if (Transport.Input.TryRead(out var result))
        {
            leftover = result.Buffer.ToArray();
            Transport.Input.AdvanceTo(result.Buffer.End);
        }

        return _tls is null
            ? new SocketEnd(_stream.Loop, faultReason, leftover)
            : new TlsEnd(_tls, _stream, faultReason, leftover);
    }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason) => _stream.Loop.Reset();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (!_takenOver)
            {
                await CloseAsync();
            }

            await Transport.Input.CompleteAsync();
            if (_tls is not null)
            {
                await _tls.DisposeAsync();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is over in any case; what matters is that its place is given back.
        }
        finally
        {
            await _stream.DisposeAsync();
            LeaveHandshake();
            _admission.Leave();
            await base.DisposeAsync();
        }
    }

    /// <summary>Ends what the admission counts as a handshake; called when the request has been answered.</summary>
    internal void LeaveHandshake()
    {
        if (Interlocked.Exchange(ref _handshaking, 0) == 1)
        {
            _admission.LeaveHandshake();
        }
    }

    /// <summary>The stream to make TLS over.</summary>
    internal SocketStream Stream => _stream;

    /// <summary>Puts TLS between the socket and the HTTP layer.</summary>
    internal void UseTls(SslStream tls)
    {
        _tls = tls;
        Transport = new SocketDuplexPipe(tls);
    }

    private async ValueTask CloseAsync()
    {
        using var deadline = new CancellationTokenSource(s_drain);
        try
        {
            if (_tls is { IsAuthenticated: true } tls)
            {
                await tls.ShutdownAsync();
            }

            _stream.Socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[1024];
            while (await _stream.ReadAsync(buffer, deadline.Token) > 0)
            {
                // Dropped: the answer has been given.
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The peer went first, or does not go: closing is all that is left.
        }
    }
}
