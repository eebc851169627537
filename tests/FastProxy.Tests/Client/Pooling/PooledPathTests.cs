using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FastProxy.Client.Credentials;
using FastProxy.Client.Pooling;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Stock;
using FastProxy.Tests.Gateway;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Client.Pooling;

public sealed class PooledPathTests
{
    [Fact]
    public async Task The_warm_path_makes_no_handshake_of_any_kind()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        await using var path = await PooledPath.ToGatewayAsync(gateway, origin.Port, new StreamPoolOptions { MinIdle = 2 });
        path.Pools.Prepare(path.Request);
        await Eventually.IsTrueAsync(() => path.Streams.Counters.Idle == 2);

        // The first session makes the pool dial one more ahead of the next.
        await ExchangeAndCheckAsync(path, 10);
        await Eventually.IsTrueAsync(() => path.Streams.Counters is { Idle: 3, Dialing: 0 });
        var before = (path.Connector.Dials, path.Connector.TlsHandshakes, path.Connector.Upgrades, path.Streams.Counters.Dials);
        for (var i = 0; i < 50; i++)
        {
            await ExchangeAndCheckAsync(path, 100 + i);
        }

        Assert.Equal(before, (path.Connector.Dials, path.Connector.TlsHandshakes, path.Connector.Upgrades, path.Streams.Counters.Dials));
        Assert.Equal((0L, 51L, 51), (path.Streams.Counters.Waits, path.Streams.Counters.HandOuts, origin.Accepted));
    }

    [Fact]
    public async Task A_thousand_sessions_over_eight_streams_open_exactly_eight()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        var options = new StreamPoolOptions { MinIdle = 8, MaxIdle = 8, Max = 8, Wait = TimeSpan.FromMinutes(1) };
        await using var path = await PooledPath.ToGatewayAsync(gateway, origin.Port, options);
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number and <= 1000)
            {
                await ExchangeAndCheckAsync(path, number);
            }
        }));
        Assert.Equal((8L, 8L, 1000), (path.Connector.Dials, path.Connector.Upgrades, origin.Accepted));
        Assert.Equal((8, 0, 8L, 1000L), (path.Streams.Counters.Idle, path.Streams.Counters.Busy, path.Streams.Counters.Dials, path.Streams.Counters.HandOuts));
        Assert.Empty(path.Streams.Counters.Discards);
        Assert.True(path.Streams.Counters.Waits > 0);
    }

    [Fact]
    public async Task Sequential_sessions_lose_and_mix_up_no_byte_and_leave_nothing_behind()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new HalfClosePeer(received => Encoding.ASCII.GetBytes($"{received.Length} {received.Sha256}"));
        var sessions = Environment.GetEnvironmentVariable("FASTPROXY_LONG") == "1" ? 20_000 : 2_000;
        await using var path = await PooledPath.ToGatewayAsync(gateway, origin.Port, StreamPoolOptions.Default);
        var random = new Random(1);
        for (var i = 0; i < sessions; i++)
        {
            var sent = new byte[random.Next(1, i % 100 == 0 ? 300_000 : 2_000)];
            random.NextBytes(sent);
            var (received, outcome) = await path.ExchangeAsync(sent);
            Assert.Null(outcome.Failure);
            Assert.Equal(ReasonCode.Ok, outcome.Ending.Reason);
            Assert.Equal($"{sent.Length} {Convert.ToHexStringLower(SHA256.HashData(sent))}", Encoding.ASCII.GetString(received).ToLowerInvariant());
        }

        Assert.Equal(sessions, origin.Accepted);
        Assert.InRange(path.Connector.Dials, 2, 4);
        await Eventually.IsTrueAsync(() => gateway.Server.Sessions == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Local_resets_cost_the_origin_its_session_and_the_pool_nothing(bool ahead)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new SilentPeer();
        await using var path = await PooledPath.ToGatewayAsync(gateway, origin.Port, new StreamPoolOptions { MinIdle = 1, MaxIdle = 4 });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var i = 1; i <= 20; i++)
        {
            var (app, outcome) = await path.BeginAsync(ahead);
            await app.SendAsync(new byte[10]);
            await origin.WaitForAcceptedAsync(i, patience.Token);
            app.Reset();
            Assert.Equal(ReasonCode.ClientReset, (await outcome.WaitAsync(patience.Token)).Ending.Reason);
        }

        await Eventually.IsTrueAsync(() => gateway.Server.Sessions == 0 && path.Streams.Counters.Dialing == 0);
        Assert.InRange(path.Connector.Dials, 1, 3);
        Assert.Empty(path.Streams.Counters.Discards);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_local_end_that_cannot_be_opened_gives_the_origin_and_the_place_in_the_pool_back(bool gatewayIsKnown)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new SilentPeer();
        await using var path = await PooledPath.ToGatewayAsync(gateway, origin.Port, StreamPoolOptions.Default, gatewayIsKnown);

        var carrying = path.Carrier.CarryAsync(
            path.Request, static _ => throw new SocketException((int)SocketError.NotSocket), ahead: false, static () => ReasonCode.Shutdown, CancellationToken.None);

        await Assert.ThrowsAsync<SocketException>(() => carrying);
        await Eventually.IsTrueAsync(() => gateway.Server.Sessions == 0 && path.Streams.Counters.Busy == 0);
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_gateways_words_and_keeps_the_stream()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var path = await PooledPath.ToGatewayAsync(gateway, 1, new StreamPoolOptions { MinIdle = 1 });
        for (var i = 0; i < 3; i++)
        {
            var (received, outcome) = await path.ExchangeAsync(new byte[100]);
            Assert.Empty(received);
            Assert.Equal(("origin_refused", 502), (outcome.Failure!.Reason, outcome.Failure.Status));
            Assert.NotNull(outcome.Request);
        }

        await Eventually.IsTrueAsync(() => path.Streams.Counters.Dialing == 0);
        Assert.InRange(path.Connector.Dials, 1, 3);
    }

    [Fact]
    public async Task A_local_end_that_must_not_be_opened_early_is_not_opened_for_a_refusal()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var path = await PooledPath.ToGatewayAsync(gateway, 1, StreamPoolOptions.Default);
        var outcome = await path.Carrier.CarryAsync(
            path.Request, _ => throw new InvalidOperationException("opened for a refusal"), ahead: false, static () => ReasonCode.Shutdown, CancellationToken.None);
        Assert.Equal("origin_refused", outcome.Failure!.Reason);
    }

    [Fact]
    public async Task Without_a_known_gateway_the_first_session_finds_ours_and_its_stream_is_kept()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        await using var path = await PooledPath.ToGatewayAsync(gateway, origin.Port, new StreamPoolOptions { MinIdle = 1 }, gatewayIsKnown: false);
        path.Pools.Prepare(path.Request);
        Assert.Equal(0, path.Connector.Dials);
        await ExchangeAndCheckAsync(path, 1000);
        await Eventually.IsTrueAsync(() => path.Streams.Counters is { Dialing: 0, Busy: 0, Idle: >= 1 });
        var upgrades = path.Connector.Upgrades;
        for (var i = 0; i < 10; i++)
        {
            await ExchangeAndCheckAsync(path, i);
        }

        Assert.InRange(path.Connector.Upgrades, upgrades, upgrades + 1);
    }

    [Fact]
    public async Task Towards_a_stock_peer_connections_wait_without_an_upgrade_and_each_carries_one_session()
    {
        await using var origin = new EchoPeer();
        await using var stock = new StockCloudflaredOrigin(origin.EndPoint, null) { ClosesByFrame = true };
        await using var path = PooledPath.To(stock.Port, ClientCredential.None, new StreamPoolOptions { MinIdle = 2 }, gatewayIsKnown: false);
        for (var i = 1; i <= 5; i++)
        {
            await ExchangeAndCheckAsync(path, 5000);
            await Eventually.IsTrueAsync(() => path.Streams.Counters is { Dialing: 0, Idle: 2, Busy: 0 });

            // What waits has asked for nothing: no origin is held open by it.
            Assert.Equal((i, i), (stock.Requests.Count, origin.Accepted));
        }

        Assert.Equal(5, path.Streams.Counters.Discards[DiscardCause.Spent]);
        Assert.Equal(0, stock.Lost);
    }

    [Fact]
    public async Task What_a_pool_had_done_still_counts_when_it_is_gone()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        await using var path = await PooledPath.ToGatewayAsync(gateway, origin.Port, new StreamPoolOptions { MinIdle = 1 });
        for (var round = 1L; round <= 3; round++)
        {
            await ExchangeAndCheckAsync(path, 100);
            await Eventually.IsTrueAsync(() => path.Streams.Counters is { Dialing: 0, Busy: 0 });
            var before = path.Pools.CountersSinceStart;
            await path.Pools.RetireExceptAsync([]);
            var (gone, client, after) = Assert.Single(path.Pools.CountersSinceStart);
            Assert.Empty(path.Pools.Counters);
            Assert.Equal((before[0].Gateway, before[0].ClientId), (gone, client));
            Assert.Equal((round, before.Sum(pool => pool.Counters.Dials)), (after.HandOuts, after.Dials));
            Assert.Equal(after.Dials, after.Discards[DiscardCause.Retired]);
            Assert.Equal((0, 0), (after.Idle, after.Busy));
        }
    }

    [Fact]
    public async Task A_stock_peer_that_gave_a_waiting_connection_up_costs_a_dial_and_no_session()
    {
        await using var origin = new EchoPeer();
        await using var stock = new StockCloudflaredOrigin(origin.EndPoint, null) { ClosesByFrame = true };
        await using var relay = new SeverableRelay(stock.EndPoint);
        await using var path = PooledPath.To(relay.Port, ClientCredential.None, new StreamPoolOptions { MinIdle = 2 }, gatewayIsKnown: false, TimeProvider.System);
        await ExchangeAndCheckAsync(path, 100);
        await Eventually.IsTrueAsync(() => path.Streams.Counters is { Dialing: 0, Idle: 2, Busy: 0 });
        for (var i = 0; i < 20; i++)
        {
            relay.SeverAll();
            await ExchangeAndCheckAsync(path, 100);
        }
    }

    [Fact]
    public async Task Streams_that_are_cut_at_random_lose_only_their_own_sessions_and_no_origin_sees_a_byte_twice()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new CountingPeer();
        await using var relay = new SeverableRelay(gateway.Address);
        await using var path = await PooledPath.ToGatewayAsync(gateway, origin.Port, new StreamPoolOptions { MinIdle = 4, Max = 32, Wait = TimeSpan.FromMinutes(1) }, port: relay.Port, time: TimeProvider.System);
        var random = new Random(7);
        var ended = 0;
        var complete = 0;
        var workers = Enumerable.Range(0, 8).Select(async worker =>
        {
            for (var i = 0; i < 40; i++)
            {
                var sent = new byte[i % 5 == 0 ? 200_000 : 500];
                RandomNumberGenerator.Fill(sent);
                var (received, outcome) = await path.ExchangeAsync(sent);
                Interlocked.Increment(ref ended);
                if (outcome.Failure is null && outcome.Ending.Reason == ReasonCode.Ok)
                {
                    Assert.Equal(SHA256.HashData(sent), received);
                    Interlocked.Increment(ref complete);
                }
            }
        }).ToList();
        var all = Task.WhenAll(workers);
        while (!all.IsCompleted)
        {
            // No faster than sessions end: on a slow machine not one of them would get through.
            var before = Volatile.Read(ref ended);
            relay.SeverOne(random);
            do
            {
                await Task.WhenAny(all, Task.Delay(random.Next(1, 20)));
            }
            while (!all.IsCompleted && Volatile.Read(ref ended) == before);
        }

        await all;
        Assert.Equal(320, ended);
        Assert.True(complete > 0, "not one session got through");
        Assert.Empty(origin.SeenTwice);

        // It heals by itself, without being asked.
        await Eventually.IsTrueAsync(() => path.Streams.Counters is { Busy: 0, Idle: >= 4 });

        // What was cut last may not have been found out yet, and costs one session each.
        var (dead, failure) = (path.Streams.Counters.Idle, (await path.ExchangeAsync(RandomNumberGenerator.GetBytes(500))).Outcome.Failure);
        while (failure is not null && dead-- > 0)
        {
            failure = (await path.ExchangeAsync(RandomNumberGenerator.GetBytes(500))).Outcome.Failure;
        }

        Assert.Null(failure);
        await Eventually.IsTrueAsync(() => gateway.Server.Sessions == 0);
    }

    [Fact]
    public async Task A_gateway_that_drains_lets_sessions_finish_and_then_has_no_stream_left()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        await using var path = await PooledPath.ToGatewayAsync(gateway, origin.Port, new StreamPoolOptions { MinIdle = 2 });
        var (app, outcome) = await path.BeginAsync();
        using (app)
        {
            await app.SendAsync("a"u8.ToArray());
            var one = new byte[1];
            Assert.Equal(1, await app.ReceiveAsync(one));
            await Eventually.IsTrueAsync(() => path.Streams.Counters.Idle == 2);
            var stopping = gateway.Server.StopAsync(CancellationToken.None);
            await Eventually.IsTrueAsync(() => path.Streams.Counters.Discards.GetValueOrDefault(DiscardCause.Drained) == 2);
            Assert.NotNull((await path.ExchangeAsync(one)).Outcome.Failure);

            await app.SendAsync("b"u8.ToArray());
            Assert.Equal(1, await app.ReceiveAsync(one));
            app.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await app.ReceiveAsync(one));
            Assert.Equal(ReasonCode.Ok, (await outcome).Ending.Reason);
            await stopping.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    private static async Task ExchangeAndCheckAsync(PooledPath path, int length)
    {
        var sent = RandomNumberGenerator.GetBytes(length);
        var (received, outcome) = await path.ExchangeAsync(sent);
        Assert.Null(outcome.Failure);
        Assert.Equal(ReasonCode.Ok, outcome.Ending.Reason);
        Assert.Equal(sent, received);
    }
}
