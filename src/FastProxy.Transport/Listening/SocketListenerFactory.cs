using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace FastProxy.Transport.Listening;

/// <summary>
/// A Kestrel transport whose connections read on demand only, so that after the HTTP upgrade the splice can take the raw socket
/// (or the TLS stream over it) without losing a byte. Kestrel's own transport always has a receive under way.
/// </summary>
public sealed class SocketListenerFactory : IConnectionListenerFactory
{
    /// <summary>Connections that wait to be accepted; the kernel caps it at net.core.somaxconn.</summary>
    private const int Backlog = 4096;

    private readonly ConnectionAdmission _admission;
    private readonly AcceptTroubles _troubles = new();
    private readonly ILogger _logger;
    private readonly TimeProvider _timeProvider;
    private long _keepAliveTicks;

    /// <summary>Makes the transport.</summary>
    /// <param name="admission">Shared by every listener it binds.</param>
    /// <param name="keepAlive">The keep-alive interval of TCP connections: a silent peer that has vanished is given up within two of these.</param>
    /// <param name="loggerFactory">Where accept failures are reported.</param>
    /// <param name="timeProvider">The clock by which they are reported.</param>
    public SocketListenerFactory(ConnectionAdmission admission, TimeSpan keepAlive, ILoggerFactory loggerFactory, TimeProvider timeProvider)
    {
        _admission = admission;
        _timeProvider = timeProvider;
        KeepAlive = keepAlive;
        _logger = loggerFactory.CreateLogger("FastProxy.Transport.Listening");
    }

    /// <summary>The keep-alive interval of TCP connections; a change counts for those that are accepted from now on, by listeners that are bound already, too.</summary>
    public TimeSpan KeepAlive
    {
        get => new(Volatile.Read(ref _keepAliveTicks));
        set => Volatile.Write(ref _keepAliveTicks, value.Ticks);
    }

    /// <summary>
    /// Why one of its listeners accepts nobody, one line: the process has no descriptor left, or the kernel no memory or no epoll watch. Null
    /// where all accept.
    /// </summary>
    public string? WhyNotAccepting => _troubles.Any;

    /// <inheritdoc/>
    /// <remarks>
    /// Takes addresses, unix sockets (<see cref="UnixListenEndPoint"/> cares for their file), and sockets that are listening already
    /// (<see cref="FileHandleEndPoint"/>), as a service manager passes them.
    /// </remarks>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => endpoint switch
    {
        UnixListenEndPoint unix => ValueTask.FromResult<IConnectionListener>(Listen(unix)),
        FileHandleEndPoint handle => ValueTask.FromResult<IConnectionListener>(Adopt(handle)),
        _ => ValueTask.FromResult<IConnectionListener>(Listen(endpoint)),
    };

    private SocketListener Adopt(FileHandleEndPoint endPoint)
    {
        var socket = new Socket(new SafeSocketHandle((nint)endPoint.FileHandle, ownsHandle: true));
        return Listener(socket, file: null);
    }

    private SocketListener Listen(UnixListenEndPoint endPoint)
    {
        var (socket, file) = UnixSocketFile.Listen(endPoint, Backlog);
        return Listener(socket, file);
    }

    private SocketListener Listen(EndPoint endpoint)
    {
        var unix = endpoint is UnixDomainSocketEndPoint;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (endpoint is IPEndPoint { Address: var address } && address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endpoint);

            socket.Listen(Backlog);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException($"{endpoint} is in use by another process", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return Listener(socket, file: null);
    }

    private SocketListener Listener(Socket socket, UnixSocketFile? file) => new(socket, _admission, () => KeepAlive, _troubles, _logger, _timeProvider, file);
}
