using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FastProxy.Testing.Peers;

/// <summary>
/// A TCP server on loopback, by default on a port of the system's choice, with one behaviour for every connection. Connections that the other
/// end resets are a normal end; anything else that goes wrong is thrown by <see cref="DisposeAsync"/>.
/// </summary>
public abstract class TcpPeer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly ConcurrentQueue<Exception> _faults = new();
    private readonly Signal _acceptedSignal = new();
    private readonly Signal _endedSignal = new();
    private readonly Task _accepting;

    /// <summary>Listens and accepts at once.</summary>
    /// <param name="port">The port to listen on; 0 lets the system choose.</param>
    protected TcpPeer(int port = 0)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(512);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where the peer listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The port the peer listens on.</summary>
    public int Port => EndPoint.Port;

    /// <summary>How many connections were accepted so far.</summary>
    public int Accepted => _acceptedSignal.Count;

    /// <summary>Waits until so many connections were accepted in all.</summary>
    public Task WaitForAcceptedAsync(int count, CancellationToken cancellationToken) => _acceptedSignal.WaitAsync(count, cancellationToken);

    /// <summary>Waits until so many connections have come to their end in all.</summary>
    public Task WaitForEndedAsync(int count, CancellationToken cancellationToken) => _endedSignal.WaitAsync(count, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
        GC.SuppressFinalize(this);
        if (!_faults.IsEmpty)
        {
            throw new AggregateException(GetType().Name, _faults);
        }
    }

    /// <summary>Serves one connection; the socket is disposed afterwards.</summary>
    protected abstract Task ServeAsync(Socket socket, CancellationToken cancellationToken);

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }

            socket.NoDelay = true;
            _acceptedSignal.Raise();
            var connection = RunAsync(socket);
            _connections.TryAdd(connection, 0);
            _ = connection.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    private async Task RunAsync(Socket socket)
    {
        await Task.Yield();
        try
        {
            await ServeAsync(socket, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
        {
        }
        catch (Exception e)
        {
            _faults.Enqueue(e);
        }
        finally
        {
            socket.Dispose();
            _endedSignal.Raise();
        }
    }
}
