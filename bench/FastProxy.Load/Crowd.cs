using System.Net.Sockets;

namespace FastProxy.Load;

/// <summary>Many sessions held open at once, each proven by one echoed byte.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly List<Socket> _sessions = [];

    public int Count => _sessions.Count;

    /// <summary>Opens them; those that fail within the limit are left out.</summary>
    /// <param name="port">Where.</param>
    /// <param name="count">How many.</param>
    /// <param name="atOnce">How many may be in their handshake together.</param>
    /// <param name="limit">For all of them.</param>
    public static async Task<Crowd> OpenAsync(int port, int count, int atOnce, TimeSpan limit)
    {
        var crowd = new Crowd();
        using var timeout = new CancellationTokenSource(limit);
        using var gate = new SemaphoreSlim(atOnce);
        var sessions = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => OpenOneAsync(port, gate, timeout.Token)));
        crowd._sessions.AddRange(sessions.OfType<Socket>());
        return crowd;
    }

    public void Dispose()
    {
        foreach (var session in _sessions)
        {
            session.Dispose();
        }
    }

    private static async Task<Socket?> OpenOneAsync(int port, SemaphoreSlim gate, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        var entered = false;
        try
        {
            await gate.WaitAsync(cancellationToken);
            entered = true;
            socket = await Loopback.ConnectAsync(port, cancellationToken);
            await socket.SendAsync(new byte[] { Request.PooledEcho, 1 }, cancellationToken);
            var answer = new byte[1];
            if (await socket.ReceiveAsync(answer, cancellationToken) == 1 && answer[0] == 1)
            {
                return socket;
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // Counted by its absence.
        }
        finally
        {
            if (entered)
            {
                gate.Release();
            }
        }

        socket?.Dispose();
        return null;
    }
}
