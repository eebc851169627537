using System.Net;
using System.Net.Sockets;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FastProxy.Transport.Listening;

/// <summary>Accepts connections one by one; survives everything but being told to stop.</summary>
/// <remarks>
/// On the event loop's thread, from which the server hands each connection to a thread of the pool. .NET's own accept takes a wake-up
/// more: its loop's thread wakes a thread of the pool to accept.
/// </remarks>
internal sealed partial class SocketListener : IConnectionListener
{
    /// <summary>How long to wait after an accept that failed for want of descriptors or memory: at once would spin a core.</summary>
    private static readonly TimeSpan s_backOff = TimeSpan.FromMilliseconds(100);

    private readonly LoopSocket _socket;
    private readonly ConnectionAdmission _admission;
    private readonly ILogger _logger;
    private readonly UnixSocketFile? _file;
    private readonly Func<TimeSpan> _keepAlive;
    private readonly AcceptTrouble _trouble;
    private readonly LogLimit _unusable;
    private readonly CancellationTokenSource _unbound = new();
    private int _unbinding;

    public SocketListener(
        Socket socket, ConnectionAdmission admission, Func<TimeSpan> keepAlive, AcceptTroubles troubles, ILogger logger, TimeProvider timeProvider, UnixSocketFile? file)
    {
        _keepAlive = keepAlive;
        _file = file;
        _admission = admission;
        _logger = logger;
        EndPoint = socket.LocalEndPoint!;
        _trouble = new AcceptTrouble(EndPoint, troubles, logger, timeProvider);
        _unusable = new LogLimit(timeProvider);

        // Whether others hold it too is not to be seen, and a listener is closed once.
        _socket = new LoopSocket(socket) { Inline = true, IsShared = true };
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_unbound.IsCancellationRequested)
        {
            if (Watch() is { } refused)
            {
                // Nobody would say that somebody has come, and whoever it is could not be watched either: the kernel's backlog keeps them.
                await BackOffAsync(refused);
                continue;
            }

            // A place is taken when somebody is there, and not by every listener that waits.
            await _socket.WaitReadableAsync(CancellationToken.None);
            try
            {
                await _admission.EnterAsync(_unbound.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            var taken = _socket.TryAccept(out var socket, out var error);
            if (socket is not null)
            {
                _trouble.End();
                if (Prepare(socket))
                {
                    return new SocketConnection(socket, _admission);
                }
            }

            _admission.LeaveUnused();
            if (!taken)
            {
                _trouble.End();
            }
            else if (socket is null && !IsOfOneConnection(error) && !_unbound.IsCancellationRequested)
            {
                await BackOffAsync($"{error}");
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        Unbind();
        return default;
    }

    public ValueTask DisposeAsync()
    {
        Unbind();
        return default;
    }

    /// <summary>False, with the socket closed, where its peer is gone already.</summary>
    private bool Prepare(Socket socket)
    {
        if (EndPoint is not IPEndPoint)
        {
            return true;
        }

        try
        {
            TcpSocketSettings.Apply(socket, _keepAlive());
            return true;
        }
        catch (SocketException exception)
        {
            if (_unusable.TryTake(out var leftOut))
            {
                LogUnusable(_logger, EndPoint, exception.SocketErrorCode, leftOut);
            }

            socket.Dispose();
            return false;
        }
    }

    /// <summary>Null, or why the socket cannot be watched.</summary>
    private string? Watch()
    {
        try
        {
            return _socket.Watch() switch
            {
                0 => null,
                Epoll.NoWatches => "fs.epoll.max_user_watches is reached",
                var error => $"no epoll watch could be had (error {error})",
            };
        }
        catch (Exception exception) when (exception is IOException or OutOfMemoryException)
        {
            // Event loops are made when they are first needed, and there is no descriptor or no thread for another one.
            return exception.Message;
        }
    }

    /// <summary>
    /// Whether the next connection is not to blame: this one gave up while it stood in the backlog, its network failed, or a firewall forbids
    /// it (accept(2)).
    /// </summary>
    private static bool IsOfOneConnection(SocketError error) => error
        is SocketError.ConnectionAborted or SocketError.ConnectionReset or SocketError.NetworkDown or SocketError.NetworkUnreachable
        or SocketError.HostDown or SocketError.HostUnreachable or SocketError.AccessDenied;

    private async ValueTask BackOffAsync(string why)
    {
        // The log comes behind the wait, which leaves the event loop.
        await Task.Delay(s_backOff, CancellationToken.None);
        if (!_unbound.IsCancellationRequested)
        {
            _trouble.Tell(why);
        }
    }

    private void Unbind()
    {
        if (Interlocked.Exchange(ref _unbinding, 1) == 0)
        {
            _unbound.Cancel();
            _trouble.Dispose();
            _file?.Dispose();
            _socket.Dispose();
        }
    }

    [LoggerMessage(2006, LogLevel.Warning, "A connection to {EndPoint} was closed: its options could not be set: {Error} ({LeftOut} more since the last line).", EventName = "AcceptUnusable")]
    private static partial void LogUnusable(ILogger logger, EndPoint endPoint, SocketError error, long leftOut);
}
