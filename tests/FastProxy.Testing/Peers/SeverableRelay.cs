using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FastProxy.Testing.Peers;

/// <summary>Passes every connection on to another address, byte for byte, until it is told to sever some: both legs of those are reset.</summary>
/// <param name="target">Where the connections go.</param>
public sealed class SeverableRelay(IPEndPoint target) : TcpPeer
{
    private readonly ConcurrentDictionary<int, (Socket Client, Socket Server)> _open = new();
    private int _number;

    /// <summary>Connections open now.</summary>
    public int Open => _open.Count;

    /// <summary>Resets one connection, chosen by <paramref name="random"/>. False where there is none.</summary>
    public bool SeverOne(Random random)
    {
        var keys = _open.Keys.ToArray();
        return keys.Length > 0 && Sever(keys[random.Next(keys.Length)]);
    }

    /// <summary>Resets every connection.</summary>
    public void SeverAll()
    {
        foreach (var number in _open.Keys)
        {
            Sever(number);
        }
    }

    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await server.ConnectAsync(target, cancellationToken);
        var number = Interlocked.Increment(ref _number);
        _open[number] = (socket, server);
        try
        {
            await Task.WhenAll(PumpAsync(socket, server, cancellationToken), PumpAsync(server, socket, cancellationToken));
        }
        finally
        {
            _open.TryRemove(number, out _);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, cancellationToken)) > 0)
            {
                await to.SendAllAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            Break(to);
        }
    }

    /// <summary>Resets a socket that the other direction may have reset already.</summary>
    private static void Break(Socket socket)
    {
        try
        {
            socket.Reset();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }
    }

    private bool Sever(int number)
    {
        if (!_open.TryRemove(number, out var pair))
        {
            return false;
        }

        Break(pair.Client);
        Break(pair.Server);
        return true;
    }
}
