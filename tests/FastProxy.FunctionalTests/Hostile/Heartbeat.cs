using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Hostile;

/// <summary>A well-behaved session that sends a byte, waits for its echo and begins again, for as long as others misbehave.</summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Signal _beats = new();
    private readonly Task _beating;
    private long _since = Stopwatch.GetTimestamp();
    private TimeSpan _longest;

    private Heartbeat(Socket socket)
    {
        _socket = socket;
        _beating = Task.Run(BeatAsync);
    }

    /// <summary>The longest wait for an echo so far, the one under way included.</summary>
    public TimeSpan Longest => TimeSpan.FromTicks(Math.Max(_longest.Ticks, Stopwatch.GetElapsedTime(Volatile.Read(ref _since)).Ticks));

    /// <summary>Begins, and returns after the first echo.</summary>
    public static async Task<Heartbeat> StartAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address, cancellationToken);
        var heartbeat = new Heartbeat(socket);
        await heartbeat._beats.WaitAsync(1, cancellationToken);
        heartbeat._longest = TimeSpan.Zero; // making the session is not part of it
        return heartbeat;
    }

    /// <summary>Waits for an echo that was asked for after this call.</summary>
    public Task WaitForBeatAsync(CancellationToken cancellationToken) => _beats.WaitAsync(_beats.Count + 2, cancellationToken);

    /// <summary>Ends the session. Throws if it had been broken.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _beating;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task BeatAsync()
    {
        var one = new byte[1];
        while (true)
        {
            Volatile.Write(ref _since, Stopwatch.GetTimestamp());
            await _socket.SendAllAsync(one, _stop.Token);
            if (await _socket.ReceiveAsync(one, _stop.Token) == 0)
            {
                throw new EndOfStreamException("the well-behaved session was ended");
            }

            var took = Stopwatch.GetElapsedTime(_since);
            _longest = took > _longest ? took : _longest;
            _beats.Raise();
            await Task.Delay(s_pause, _stop.Token);
        }
    }
}
