using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace FastProxy.Transport.Listening;

/// <summary>
/// An accepted connection. Kestrel's HTTP layer speaks through its pipes until the upgrade; then <see cref="TakeOver"/> hands the
/// socket, or the TLS stream over it, to the splice. Found among the connection's features under this type.
/// </summary>
/// <remarks>What only the HTTP layer needs (pipes, features, addresses) is made when it is asked for and let go at the take-over.</remarks>
public sealed class SocketConnection : ConnectionContext, IConnectionSocketFeature
{
    /// <summary>How long a closing connection reads on, so that unread bytes do not turn its last answer into a reset.</summary>
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(1);

    private static long s_lastId;

    private readonly ConnectionAdmission _admission;
    private readonly SocketStream _stream;
    private SslStream? _tls;
    private IDuplexPipe? _transport;
    private IFeatureCollection? _features;
    private IDictionary<object, object?>? _items;
    private string? _id;
    private ReleasableHeartbeat? _heartbeat;
    private Func<Task>? _session;
    private ITimer? _deadline;
    private int _handshaking = 1;
    private RequestState _request;
    private bool _takenOver;

    internal SocketConnection(Socket socket, ConnectionAdmission admission)
    {
        _admission = admission;
        _stream = new SocketStream(socket);
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        admission.BeginHandshake();
    }

    /// <inheritdoc/>
    /// <remarks>Of this process only, and short: the server keeps it for as long as the connection lives.</remarks>
    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref s_lastId).ToString("x", CultureInfo.InvariantCulture);
        set => _id = value;
    }

    /// <inheritdoc/>
    public override IFeatureCollection Features
    {
        get
        {
            if (_features is null)
            {
                _features = new FeatureCollection();
                _features.Set(this);
                _features.Set<IConnectionSocketFeature>(this);
            }

            return _features;
        }
    }

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    /// <inheritdoc/>
    public override IDuplexPipe Transport
    {
        get => _transport ??= new SocketDuplexPipe((Stream?)_tls ?? _stream);
        set => _transport = value;
    }

    /// <summary>The socket, for its options and addresses.</summary>
    public Socket Socket => _stream.Socket;

    /// <summary>Whether TLS protects the connection.</summary>
    public bool IsSecure => _tls is not null;

    /// <summary>The first request is there: <see cref="HandshakeDeadlineExtensions.UseHandshakeDeadline"/> waits for it no longer.</summary>
    /// <returns>False where it came too late: the connection is being reset, and the request is to be left alone.</returns>
    public bool RequestArrived()
    {
        var before = Interlocked.CompareExchange(ref _request, RequestState.Arrived, RequestState.Awaited);
        Interlocked.Exchange(ref _deadline, null)?.Dispose();
        return before != RequestState.Late;
    }

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
        if (_transport is { Input: var input } && input.TryRead(out var result))
        {
            leftover = result.Buffer.ToArray();
            input.AdvanceTo(result.Buffer.End);
        }

        return _tls is null
            ? new SocketEnd(_stream.Loop, faultReason, leftover)
            : new TlsEnd(_tls, _stream, faultReason, leftover);
    }

    /// <summary>
    /// Leaves the session of a connection that was taken over to <see cref="SessionConnectionBuilderExtensions.UseSessions"/>, which runs
    /// it when the HTTP layer has ended. Called at most once.
    /// </summary>
    /// <param name="session">Owns what <see cref="TakeOver"/> returned; the connection is closed when it ends.</param>
    public void Continue(Func<Task> session) => _session = session;

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

            LeaveHttp();
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
        }
    }

    /// <summary>Ends what the admission counts as a handshake; called when the request has been answered.</summary>
    internal void LeaveHandshake()
    {
        if (Interlocked.Exchange(ref _handshaking, 0) == 1)
        {
            _admission.EndHandshake();
        }
    }

    /// <summary>Holds what ends the connection unless <see cref="RequestArrived"/> comes first.</summary>
    internal void AwaitRequest(ITimer deadline) => _deadline = deadline;

    /// <summary>The deadline is over. False where the request was there before: disposing a timer does not stop a callback that has begun.</summary>
    internal bool RequestIsLate() => Interlocked.CompareExchange(ref _request, RequestState.Late, RequestState.Awaited) == RequestState.Awaited;

    /// <summary>The stream to make TLS over.</summary>
    internal SocketStream Stream => _stream;

    /// <summary>Puts TLS between the socket and the HTTP layer, which has not begun yet.</summary>
    internal void UseTls(SslStream tls) => (_tls, _transport) = (tls, null);

    /// <summary>Puts a heartbeat of our own before the server's, which would hold whatever it once beat for until the connection ends.</summary>
    internal void UseReleasableHeartbeat()
    {
        if (Features.Get<IConnectionHeartbeatFeature>() is { } heartbeat)
        {
            _heartbeat = new ReleasableHeartbeat(heartbeat);
            Features.Set<IConnectionHeartbeatFeature>(_heartbeat);
        }
    }

    /// <summary>Runs the session that was left by <see cref="Continue"/>, if any. The HTTP layer has ended.</summary>
    internal Task RunSessionAsync()
    {
        if (_session is not { } session)
        {
            return Task.CompletedTask;
        }

        _session = null;
        LeaveHttp();
        return session();
    }

    /// <summary>Lets everything go that only the HTTP layer needed, so that a session does not hold it for hours.</summary>
    private void LeaveHttp()
    {
        _heartbeat?.Release();
        if (_transport is { } transport)
        {
            transport.Input.Complete();
            transport.Output.Complete();
        }

        (_transport, _features, _items, _heartbeat) = (null, null, null, null);
        (LocalEndPoint, RemoteEndPoint) = (null, null);
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
