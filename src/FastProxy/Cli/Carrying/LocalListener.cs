using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastProxy.Client;
using FastProxy.Client.Carrying;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Cli.Carrying;

/// <summary>Listener mode: every accepted connection is a session of its own.</summary>
internal sealed class LocalListener
{
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(1);

    private readonly CarrierSetup _setup;
    private readonly Socket _listener;
    private readonly ConcurrentDictionary<Task, byte> _sessions = new();

    private LocalListener(CarrierSetup setup, Socket listener)
    {
        _setup = setup;
        _listener = listener;
    }

    /// <summary>Binds and says so; null, with the reason, where the address cannot be had.</summary>
    public static LocalListener? Bind(CarrierSetup setup, IPEndPoint endPoint, out string? error)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(512);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            error = exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"{endPoint} is in use",
                SocketError.AccessDenied => $"{endPoint} may not be bound by this user",
                SocketError.AddressNotAvailable => $"{endPoint} is no address of this machine",
                _ => $"{endPoint} cannot be bound ({exception.SocketErrorCode})",
            };
            return null;
        }

        setup.Log.Info("Start Websocket listener", ("host", socket.LocalEndPoint!.ToString()));
        error = null;
        return new LocalListener(setup, socket);
    }

    /// <summary>Accepts until cancelled, then ends what runs.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using (_listener)
        {
            await AcceptAsync(cancellationToken);
        }

        await Task.WhenAny(Task.WhenAll(_sessions.Keys), Task.Delay(s_lastWords, TimeProvider.System, CancellationToken.None));
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        var pause = TimeSpan.Zero;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(cancellationToken);
                pause = TimeSpan.Zero;
                Track(CarryAsync(socket, cancellationToken));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException exception)
            {
                // Out of descriptors, most likely: neither spinning nor giving up helps the connections that are fine.
                pause = pause == TimeSpan.Zero ? s_shortestPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, s_longestPause.Ticks));
                _setup.Log.Warn($"a connection could not be accepted ({exception.SocketErrorCode}); trying again in {pause.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms");
                await Task.WhenAny(Task.Delay(pause, TimeProvider.System, cancellationToken));
            }
        }
    }

    private void Track(Task session)
    {
        _sessions.TryAdd(session, 0);
        _ = session.ContinueWith(
            static (finished, sessions) => ((ConcurrentDictionary<Task, byte>)sessions!).TryRemove(finished, out _),
            _sessions,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task CarryAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            TcpSocketSettings.Apply(socket, DialerOptions.Default.KeepAlive);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return;
        }

        var outcome = await _setup.Carrier.CarryAsync(_setup.Request, () => new SocketEnd(socket, ReasonCode.ClientReset), cancellationToken);
        if (outcome.Failure is not null)
        {
            // A reset, because a FIN would look like an empty answer.
            socket.Close(timeout: 0);
        }

        if (!cancellationToken.IsCancellationRequested && OutcomeText.Describe(outcome, _setup.Request.App.Authority) is { } error)
        {
            _setup.Log.Error(
                outcome.Failure is null ? "session ended early" : "failed to connect to origin",
                ("error", error.Why),
                ("originURL", _setup.Request.App.Authority),
                ("reason", error.Reason),
                ("request", error.Request));
        }
    }
}
