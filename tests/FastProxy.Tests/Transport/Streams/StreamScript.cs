using System.Collections.Concurrent;
using System.Net.Sockets;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Tests.Transport.Splicing;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Transport.Streams;

/// <summary>
/// Plays sessions, one after another, on a real stream between a <see cref="ClientStream"/> and a <see cref="GatewayStream"/> over loopback,
/// with a real splice at either end. The bytes of each session and direction have a value of their own, so that every reader knows whose they are.
/// </summary>
internal sealed class StreamScript
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly IReadOnlyList<SessionScript> _sessions;
    private readonly ClientStream _client;
    private readonly GatewayStream _gateway;
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _dialling = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly CancellationTokenSource[] _revocations;
    private int _served;
    private volatile string _asking = "begins";
    private volatile string _serving = "begins";

    private StreamScript(IReadOnlyList<SessionScript> sessions, Socket client, Socket gateway)
    {
        _sessions = sessions;
        // It stands still: however busy the machine is, no answer is late and no last word takes too long.
        var time = new ManualTime();
        _client = new ClientStream(new SocketEnd(client, ReasonCode.StreamLost), zeroMask: true, time);
        _gateway = new GatewayStream(new SocketEnd(gateway, ReasonCode.StreamLost), time);
        _revocations = [.. sessions.Select(_ => new CancellationTokenSource())];
        for (var id = 1; id <= sessions.Count; id++)
        {
            _dialling[id] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Plays them and returns what was wrong; empty where nothing was.</summary>
    public static async Task<string> PlayAsync(IReadOnlyList<SessionScript> sessions)
    {
        var (client, gateway) = await Tunnel.ConnectAsync();
        var script = new StreamScript(sessions, client, gateway);
        var (serving, asking) = (script.ServeAsync(), script.AskAsync());
        try
        {
            await await Task.WhenAny(serving, asking).WaitAsync(s_patience);
            await Task.WhenAll(serving, asking).WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            script.Check(false, $"stuck: the client {script._asking}, the gateway {script._serving}");
        }

        return string.Join("; ", script._faults);
    }

    private static byte UpValue(long id) => (byte)((2 * id) + 1);

    private static byte DownValue(long id) => (byte)((2 * id) + 2);

    private async Task ServeAsync()
    {
        var drained = false;
        while (await NextAsync(drained) is { } open)
        {
            var script = _sessions[(int)open.Id - 1];
            Check(open.Id == ++_served && open.App == $"s{open.Id}", $"session {open.Id} was opened as {open.App} in place {_served}");
            _serving = $"dials for session {open.Id}";
            using var gone = new CancellationTokenSource();
            _gateway.ReadAhead(gone);
            _dialling[open.Id].SetResult();
            if (script.Ending == SessionEnding.ResetBeforeAnswer)
            {
                // The dial takes until the client gives up.
                await Task.Delay(s_patience, gone.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            }

            var (origin, dialled) = await Tunnel.ConnectAsync();
            using var held = origin;
            _serving = $"stops reading ahead in session {open.Id}";
            var end = await _gateway.StopReadingAheadAsync();
            _serving = $"answers session {open.Id}";
            if (end == AheadEnd.Reset)
            {
                dialled.Dispose();
                Check(script.Ending == SessionEnding.ResetBeforeAnswer, $"session {open.Id} was reset by nobody");
                await _gateway.SendResetAnswerAsync();
                continue;
            }

            Check(end == AheadEnd.None, $"the stream ended while session {open.Id} was dialled");
            if (script.Ending == SessionEnding.Refused)
            {
                dialled.Dispose();
                await _gateway.SendRefusedAsync(ReasonCode.PolicyDenied, "no", "r");
                continue;
            }

            if (await _gateway.OpenAsync("r") is not { } session)
            {
                Check(false, $"session {open.Id} could not be told");
                dialled.Dispose();
                return;
            }

            _serving = $"runs session {open.Id}";
            var playing = PlayOriginAsync(open.Id, script, origin);
            var outcome = await Splice.RunAsync(
                new SocketEnd(dialled, ReasonCode.OriginReset), session, SpliceOptions.Default, static () => ReasonCode.Revoked, _revocations[open.Id - 1].Token);
            _serving = $"waits for the origin of session {open.Id}";
            await playing;
            Check(Fits(script.Ending, outcome.Reason), $"session {open.Id}, {script.Ending}, ended at the gateway with {outcome.Reason}");
            drained = script.Ending == SessionEnding.Drained;
        }

        _serving = "closes";
        await _gateway.CloseAsync();
        _serving = "has closed";
    }

    private Task<StreamMessage?> NextAsync(bool drained)
    {
        _serving = $"waits for session {_served + 1}";
        var opening = _gateway.WaitForOpenAsync();
        if (drained)
        {
            _gateway.EndIfIdle(ReasonCode.Shutdown);
        }

        return opening;
    }

    private async Task AskAsync()
    {
        var drained = false;
        for (var id = 1L; id <= _sessions.Count && !drained; id++)
        {
            var script = _sessions[(int)id - 1];
            if (script.Watched && !await IdleAsync())
            {
                Check(false, $"the stream ended before session {id}");
                return;
            }

            if (!await RunAsync(id, script))
            {
                Check(false, $"session {id}, {script.Ending}, did not free the stream");
                break;
            }

            drained = script.Ending == SessionEnding.Drained;
        }

        if (drained)
        {
            Check(_client.IsDraining, "nobody was told of the drain");
            Check(await _client.WatchAsync() == IdleEnd.Closed, "the drained stream went on");
        }

        _asking = "closes";
        await _client.CloseAsync();
        _asking = "has closed";
    }

    private async Task<bool> IdleAsync()
    {
        _asking = "watches";
        var watching = _client.WatchAsync();
        await _client.PingAsync();
        _client.StopWatching();
        return await watching is null;
    }

    /// <summary>Plays one session. False when the stream is over with it.</summary>
    private async Task<bool> RunAsync(long id, SessionScript script)
    {
        var (app, local) = await Tunnel.ConnectAsync();
        using var held = app;
        var session = _client.Begin();
        _asking = $"asks for session {id}";
        Check(await session.SendOpenAsync($"s{id}", null, null), $"session {id} could not be asked for");
        var ahead = Math.Min(script.Ahead, script.Up);
        if (ahead > 0)
        {
            await session.SendAsync(Bytes(ahead, UpValue(id)));
        }

        if (script.Ending == SessionEnding.ResetBeforeAnswer)
        {
            await _dialling[id].Task;
            await TurnsAsync(script.Turns);
            session.Abort(ReasonCode.ClientReset);
        }

        _asking = $"waits for the answer to session {id}";
        var answer = await session.WaitForAnswerAsync();
        var expected = script.Ending switch
        {
            SessionEnding.Refused => OpenResult.Refused,
            SessionEnding.ResetBeforeAnswer => OpenResult.StreamEnded,
            _ => OpenResult.Opened,
        };
        Check(answer.Result == expected, $"session {id}, {script.Ending}, was answered by {answer.Result}");
        if (answer.Result != OpenResult.Opened)
        {
            local.Dispose();
            return session.IsOver;
        }

        _asking = $"runs session {id}";
        var playing = PlayAppAsync(id, script, app, script.Up - ahead);
        var outcome = await Splice.RunAsync(new SocketEnd(local, ReasonCode.ClientReset), session, SpliceOptions.Default, null, CancellationToken.None);
        _asking = $"waits for the application of session {id}";
        await playing;
        Check(!session.IsOver || Fits(script.Ending, outcome.Reason), $"session {id}, {script.Ending}, ended at the client with {outcome.Reason}");
        return session.IsOver;
    }

    private async Task PlayAppAsync(long id, SessionScript script, Socket app, int left)
    {
        var receiving = ReceiveAsync(app, DownValue(id));
        var sent = await SendAsync(app, left, UpValue(id));
        if (script.Ending == SessionEnding.ApplicationResets)
        {
            await TurnsAsync(script.Turns);
            app.Reset();
        }
        else if (script.Ending is SessionEnding.Orderly or SessionEnding.Drained)
        {
            app.Shutdown(SocketShutdown.Send);
        }

        var received = await receiving;
        if (script.Ending is SessionEnding.Orderly or SessionEnding.Drained)
        {
            Check(sent && received == script.Down, $"the application of session {id} received {received} of {script.Down} bytes");
        }
    }

    private async Task PlayOriginAsync(long id, SessionScript script, Socket origin)
    {
        var receiving = ReceiveAsync(origin, UpValue(id));
        if (script.Ending == SessionEnding.Drained)
        {
            _gateway.Drain(ReasonCode.Shutdown);
        }

        await SendAsync(origin, script.Down, DownValue(id));
        if (script.Ending == SessionEnding.OriginResets)
        {
            await TurnsAsync(script.Turns);
            origin.Reset();
        }
        else if (script.Ending == SessionEnding.Revoked)
        {
            await TurnsAsync(script.Turns);
            await _revocations[id - 1].CancelAsync();
        }
        else if (script.Ending is SessionEnding.Orderly or SessionEnding.Drained)
        {
            origin.Shutdown(SocketShutdown.Send);
        }

        var received = await receiving;
        if (script.Ending is SessionEnding.Orderly or SessionEnding.Drained)
        {
            Check(received == script.Up, $"the origin of session {id} received {received} of {script.Up} bytes");
        }
    }

    private static bool Fits(SessionEnding ending, ReasonCode reason) => ending switch
    {
        SessionEnding.Orderly or SessionEnding.Drained => reason == ReasonCode.Ok,
        SessionEnding.ApplicationResets => reason == ReasonCode.ClientReset,
        SessionEnding.OriginResets => reason == ReasonCode.OriginReset,
        SessionEnding.Revoked => reason == ReasonCode.Revoked,
        _ => false,
    };

    /// <summary>Reads to the end, whatever that is, and counts; every byte must be the session's own.</summary>
    private async Task<int> ReceiveAsync(Socket socket, byte value)
    {
        var buffer = new byte[16 * 1024];
        var received = 0;
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer)) > 0; received += count)
            {
                var foreign = buffer.AsSpan(0, count).IndexOfAnyExcept(value);
                Check(foreign < 0, foreign < 0 ? "" : $"byte {buffer[foreign]} among bytes {value}");
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Reset.
        }

        return received;
    }

    private static async Task<bool> SendAsync(Socket socket, int length, byte value)
    {
        try
        {
            await socket.SendAllAsync(Bytes(length, value), CancellationToken.None);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static byte[] Bytes(int length, byte value)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private static async Task TurnsAsync(int turns)
    {
        for (var i = 0; i < turns; i++)
        {
            await Task.Yield();
        }
    }

    private void Check(bool holds, string what)
    {
        if (!holds)
        {
            _faults.Enqueue(what);
        }
    }
}
