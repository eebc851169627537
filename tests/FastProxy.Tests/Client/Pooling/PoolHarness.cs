using System.Collections.Concurrent;
using System.Net.Sockets;
using FastProxy.Client.Connecting;
using FastProxy.Client.Pooling;
using FastProxy.Testing;
using FastProxy.Testing.Raw;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Transport.Splicing;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Client.Pooling;

/// <summary>A pool whose dials make real streams over loopback sockets, with the gateway's ends in the test's hands and a clock that stands still.</summary>
internal sealed class PoolHarness : IAsyncDisposable
{
    private readonly ConcurrentQueue<RawWebSocket> _gatewayEnds = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));

    public PoolHarness(StreamPoolOptions options)
    {
        Pool = new StreamPool(options, DialAsync, Time, () => 0.5);
    }

    public ManualTime Time { get; } = new();

    public StreamPool Pool { get; }

    public CancellationToken Patience => _patience.Token;

    /// <summary>Dials fail with this while it is set.</summary>
    public ConnectFailure? Failure { get; set; }

    /// <summary>Dials throw this while it is set.</summary>
    public Exception? Bug { get; set; }

    /// <summary>Dials wait for this.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>The most dials that were under way at once.</summary>
    public int MostAtOnce { get; private set; }

    private int _atOnce;

    /// <summary>The gateway's end of the stream that was dialled first and not asked for yet.</summary>
    public async Task<RawWebSocket> NextGatewayEndAsync()
    {
        RawWebSocket? end = null;
        await Eventually.IsTrueAsync(() => _gatewayEnds.TryDequeue(out end));
        return end!;
    }

    public async Task<PooledStream> TakeAsync()
    {
        var (connection, failure) = await Pool.TakeAsync(Patience).AsTask().WaitAsync(Patience);
        Assert.Null(failure);
        return Assert.IsType<PooledStream>(connection);
    }

    public Task IdleAsync(int count) => Eventually.IsTrueAsync(() => Pool.Counters is { Dialing: 0 } counters && counters.Idle == count);

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        while (_gatewayEnds.TryDequeue(out var end))
        {
            await end.DisposeAsync();
        }

        _patience.Dispose();
    }

    private async Task<PoolDial> DialAsync(CancellationToken cancellationToken)
    {
        lock (_gatewayEnds)
        {
            MostAtOnce = Math.Max(MostAtOnce, ++_atOnce);
        }

        try
        {
            if (Hold is { } hold)
            {
                await hold.Task.WaitAsync(cancellationToken);
            }

            if (Bug is { } bug)
            {
                throw bug;
            }

            if (Failure is { } failure)
            {
                return new PoolDial(null, failure);
            }

            var (client, gateway) = await Tunnel.ConnectAsync();
            _gatewayEnds.Enqueue(new RawWebSocket(new NetworkStream(gateway, ownsSocket: true), PeerRole.Client));
            return new PoolDial(new PooledStream(new ClientStream(new SocketEnd(client, ReasonCode.StreamLost), zeroMask: true, Time)), null);
        }
        catch (OperationCanceledException)
        {
            return new PoolDial(null, new ConnectFailure(ConnectStage.Cancelled, "cancelled"));
        }
        finally
        {
            lock (_gatewayEnds)
            {
                _atOnce--;
            }
        }
    }
}
