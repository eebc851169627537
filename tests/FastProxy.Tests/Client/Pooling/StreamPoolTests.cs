using FastProxy.Client.Connecting;
using FastProxy.Client.Pooling;
using FastProxy.Tests.Gateway;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Client.Pooling;

public sealed class StreamPoolTests
{
    private static readonly StreamPoolOptions s_options = new() { MinIdle = 2, MaxIdle = 3, Max = 4, MaxAge = TimeSpan.FromMinutes(10), KeepAlive = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task Dials_nothing_before_it_is_told_to_and_then_keeps_as_many_ready()
    {
        await using var harness = new PoolHarness(s_options);
        Assert.Equal(0, harness.Pool.Counters.Dials);
        harness.Pool.KeepAhead(2);
        await harness.IdleAsync(2);
        var taken = await harness.TakeAsync();

        // What was taken is replaced at once.
        await harness.IdleAsync(2);
        harness.Pool.Return(taken);
        Assert.Equal((3, 0, 3, 1), Look(harness.Pool.Counters));
        Assert.Equal(0, harness.Pool.Counters.Waits);
    }

    [Fact]
    public async Task An_outage_is_told_until_a_stream_is_there_or_the_pause_is_over()
    {
        await using var harness = new PoolHarness(s_options) { Failure = new ConnectFailure(ConnectStage.Tcp, "no way there") };
        Assert.Null(harness.Pool.Counters.Outage);
        var (_, failure) = await harness.Pool.TakeAsync(harness.Patience);
        Assert.Equal("no way there", failure?.Message);
        Assert.Equal("no way there", harness.Pool.Counters.Outage);

        // Nothing is dialled ahead here: whoever is kept away because of the outage would never bring it to an end.
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(harness.Pool.Counters.Outage);
        await harness.Pool.TakeAsync(harness.Patience);
        Assert.NotNull(harness.Pool.Counters.Outage);
        harness.Failure = null;
        await harness.TakeAsync();
        Assert.Null(harness.Pool.Counters.Outage);
    }

    [Fact]
    public async Task Other_options_count_from_now_on_and_let_go_of_what_is_too_much()
    {
        // Nobody answers pings here, so none may be due.
        var options = s_options with { KeepAlive = TimeSpan.FromMinutes(10) };
        await using var harness = new PoolHarness(options);
        harness.Pool.KeepAhead(2);
        await harness.IdleAsync(2);
        var busy = await harness.TakeAsync();
        await harness.IdleAsync(2);
        var dials = harness.Pool.Counters.Dials;
        harness.Time.Advance(TimeSpan.FromMinutes(1));
        harness.Pool.Reconfigure(options with { MaxIdle = 1 }, ahead: 1);
        await harness.IdleAsync(1);
        Assert.Equal(1, harness.Pool.Counters.Discards[DiscardCause.Surplus]);
        Assert.Equal(dials, harness.Pool.Counters.Dials);

        // All of them are a minute old: too old now, the busy one when its session is over.
        harness.Pool.Reconfigure(options with { MaxIdle = 1, MaxAge = TimeSpan.FromSeconds(50) }, ahead: 1);
        Assert.Equal(1, harness.Pool.Counters.Discards[DiscardCause.Age]);
        harness.Pool.Return(busy);
        Assert.Equal(2, harness.Pool.Counters.Discards[DiscardCause.Age]);
        await harness.IdleAsync(1);

        // More may be had at once than before.
        harness.Pool.Reconfigure(options with { Max = 6 }, ahead: 0);
        for (var i = 0; i < 6; i++)
        {
            await harness.TakeAsync();
        }

        Assert.Equal(6, harness.Pool.Counters.Busy);
    }

    [Fact]
    public async Task A_smaller_maximum_is_reached_as_sessions_end()
    {
        await using var harness = new PoolHarness(s_options);
        PooledStream[] taken = [await harness.TakeAsync(), await harness.TakeAsync(), await harness.TakeAsync()];
        harness.Pool.Reconfigure(s_options with { MaxIdle = 2, Max = 2 }, ahead: 0);
        harness.Pool.Return(taken[0]);
        Assert.Equal(1, harness.Pool.Counters.Discards[DiscardCause.Surplus]);
        harness.Pool.Return(taken[1]);
        harness.Pool.Return(taken[2]);
        await harness.IdleAsync(2);
    }

    [Fact]
    public async Task After_a_change_of_trust_no_stream_from_before_is_used_again()
    {
        await using var harness = new PoolHarness(s_options);
        harness.Pool.KeepAhead(1);
        await harness.IdleAsync(1);
        var busy = await harness.TakeAsync();
        await harness.IdleAsync(1);

        // One dial is under way while it happens, and a session waits for it.
        harness.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var idle = await harness.TakeAsync();
        var waiting = harness.Pool.TakeAsync(harness.Patience).AsTask();
        var dials = harness.Pool.Counters.Dials;
        harness.Pool.RetireAll();
        harness.Hold.SetResult();
        var (late, failure) = await waiting.WaitAsync(harness.Patience);
        Assert.Null(failure);
        Assert.True(harness.Pool.Counters.Dials > dials);
        await Eventually.IsTrueAsync(() => harness.Pool.Counters.Dialing == 0);

        harness.Pool.Return(busy);
        harness.Pool.Return(idle);
        Assert.True(harness.Pool.Counters.Discards[DiscardCause.Retired] >= 3);
        var before = harness.Pool.Counters.Discards[DiscardCause.Retired];
        harness.Pool.Return(late!);
        Assert.Equal(before, harness.Pool.Counters.Discards[DiscardCause.Retired]);
    }

    [Fact]
    public async Task A_stream_that_is_given_back_while_trust_changes_is_not_used_again()
    {
        await using var harness = new PoolHarness(s_options);
        for (var round = 0; round < 300; round++)
        {
            var stream = await harness.TakeAsync();
            using var both = new Barrier(2);
            var returning = Task.Run(() =>
            {
                both.SignalAndWait(harness.Patience);
                harness.Pool.Return(stream);
            });
            both.SignalAndWait(harness.Patience);
            harness.Pool.RetireAll();
            await returning;
            var next = await harness.TakeAsync();
            Assert.NotSame(stream, next);
            harness.Pool.Discard(next, DiscardCause.Spent);
            await (await harness.NextGatewayEndAsync()).DisposeAsync();
            await (await harness.NextGatewayEndAsync()).DisposeAsync();
        }
    }

    [Fact]
    public async Task Hands_out_the_stream_that_was_used_last()
    {
        await using var harness = new PoolHarness(s_options);
        var first = await harness.TakeAsync();
        var second = await harness.TakeAsync();
        harness.Pool.Return(second);
        harness.Pool.Return(first);
        Assert.Same(first, await harness.TakeAsync());
        Assert.Same(second, await harness.TakeAsync());
        Assert.Equal(2, harness.Pool.Counters.Dials);
    }

    [Fact]
    public async Task Serves_who_waits_in_the_order_they_came()
    {
        await using var harness = new PoolHarness(s_options);
        var taken = new List<PooledStream>();
        for (var i = 0; i < s_options.Max; i++)
        {
            taken.Add(await harness.TakeAsync());
        }

        var waiting = Enumerable.Range(0, 4).Select(_ => harness.TakeAsync()).ToList();
        Assert.Equal(4, harness.Pool.Counters.Waiting);
        for (var i = 0; i < 4; i++)
        {
            harness.Pool.Return(taken[i]);
            Assert.Same(taken[i], await waiting[i]);
            Assert.All(waiting.Skip(i + 1), later => Assert.False(later.IsCompleted));
        }

        Assert.Equal(s_options.Max, harness.Pool.Counters.Dials);
    }

    [Fact]
    public async Task Who_waits_in_vain_learns_which_limit_it_was()
    {
        await using var harness = new PoolHarness(s_options);
        for (var i = 0; i < s_options.Max; i++)
        {
            await harness.TakeAsync();
        }

        var waiting = harness.Pool.TakeAsync(CancellationToken.None);
        harness.Time.Advance(s_options.Wait - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);
        harness.Time.Advance(TimeSpan.FromMilliseconds(1));
        var (_, failure) = await waiting;
        Assert.Equal(("limit_sessions", 429), (failure!.Reason, failure.Status));
        Assert.Contains("pool.max", failure.Message, StringComparison.Ordinal);
        Assert.Equal((0, 1L), (harness.Pool.Counters.Waiting, harness.Pool.Counters.WaitsInVain));
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_queue()
    {
        await using var harness = new PoolHarness(s_options) { Hold = new TaskCompletionSource() };
        using var cancel = new CancellationTokenSource();
        var waiting = harness.Pool.TakeAsync(cancel.Token);
        await cancel.CancelAsync();
        var (_, failure) = await waiting;
        Assert.Equal(ConnectStage.Cancelled, failure!.Stage);
        harness.Hold.SetResult();

        // The stream that was dialled for it waits for the next one.
        await harness.IdleAsync(1);
    }

    [Fact]
    public async Task Dials_on_demand_go_on_in_parallel_but_not_without_bound()
    {
        await using var harness = new PoolHarness(s_options with { Max = 100, MaxIdle = 100 }) { Hold = new TaskCompletionSource() };
        var waiting = Enumerable.Range(0, 50).Select(_ => harness.TakeAsync()).ToList();
        await Eventually.IsTrueAsync(() => harness.MostAtOnce == 8);
        harness.Hold.SetResult();
        await Task.WhenAll(waiting);
        Assert.Equal((8, 50L), (harness.MostAtOnce, harness.Pool.Counters.Dials));
    }

    [Fact]
    public async Task A_dial_for_a_session_that_is_tried_again_is_not_taken_for_one_that_somebody_waits_for()
    {
        await using var harness = new PoolHarness(s_options) { Hold = new TaskCompletionSource() };
        var again = harness.Pool.TakeFreshAsync(harness.Patience);
        var waiting = harness.TakeAsync();
        await Eventually.IsTrueAsync(() => harness.MostAtOnce == 2);
        Assert.Equal((2, 1), (harness.Pool.Counters.Dialing, harness.Pool.Counters.Waiting));
        harness.Hold.SetResult();
        Assert.NotSame((await again).Connection, await waiting);
        Assert.Equal((2, 0), (harness.Pool.Counters.Busy, harness.Pool.Counters.Dialing));
    }

    [Fact]
    public async Task A_dial_that_fails_is_the_answer_of_who_waits_longest_and_dials_ahead_pause()
    {
        await using var harness = new PoolHarness(s_options) { Failure = new ConnectFailure(ConnectStage.Tcp, "away") };
        var (_, failure) = await harness.Pool.TakeAsync(harness.Patience);
        Assert.Equal("away", failure!.Message);
        harness.Pool.KeepAhead(2);
        Assert.Equal(1, harness.Pool.Counters.Dials);

        // Half a second, of which the jitter leaves three quarters here; then twice that, and so on.
        foreach (var pause in (double[])[0.375, 0.75, 1.5, 3, 6, 12, 22.5, 22.5])
        {
            var before = harness.Pool.Counters.Dials;

            // Less a step: a dial that begins within one fails at its beginning, its end, or anywhere between.
            harness.Time.Advance(TimeSpan.FromSeconds(pause - 0.11));
            await Eventually.IsTrueAsync(() => harness.Pool.Counters.Dialing == 0);
            Assert.Equal(before, harness.Pool.Counters.Dials);

            // In small steps: the next pause counts from the moment in which the dials fail, and time must not run on meanwhile.
            for (var step = 0; harness.Pool.Counters.DialFailures < before + 2; step++)
            {
                Assert.InRange(step, 0, 11);
                harness.Time.Advance(TimeSpan.FromSeconds(0.1));
                await Eventually.IsTrueAsync(() => harness.Pool.Counters.Dialing == 0);
            }
        }

        harness.Failure = null;
        harness.Time.Advance(TimeSpan.FromSeconds(31));
        await harness.IdleAsync(2);
    }

    [Fact]
    public async Task A_dial_that_throws_has_failed_and_leaves_nothing_behind()
    {
        await using var harness = new PoolHarness(s_options) { Bug = new InvalidOperationException("a bug") };
        for (var i = 0; i < 10; i++)
        {
            var (_, failure) = await harness.Pool.TakeAsync(harness.Patience).AsTask().WaitAsync(harness.Patience);
            Assert.Equal("dialling failed: InvalidOperationException: a bug", failure?.Message);
        }

        Assert.Equal("dialling failed: InvalidOperationException: a bug", (await harness.Pool.TakeFreshAsync(harness.Patience)).Failure?.Message);
        Assert.Equal((0, 11L), (harness.Pool.Counters.Dialing, harness.Pool.Counters.DialFailures));
        harness.Bug = null;
        await harness.TakeAsync();
    }

    [Fact]
    public async Task A_pool_that_another_configuration_has_closed_does_not_say_that_the_bastion_stops()
    {
        await using var harness = new PoolHarness(s_options) { Hold = new TaskCompletionSource() };
        var waiting = harness.Pool.TakeAsync(harness.Patience).AsTask();
        var again = harness.Pool.TakeFreshAsync(harness.Patience).AsTask();
        await harness.Pool.RetireAsync();
        foreach (var (_, failure) in (PoolDial[])[await waiting, await again, await harness.Pool.TakeAsync(harness.Patience)])
        {
            Assert.Equal(("the bastion's configuration has just changed: try again", "shutdown", 503), (failure?.Message, failure?.Reason, failure?.Status));
        }
    }

    [Fact]
    public async Task Where_the_gateway_has_no_room_who_waits_gets_what_comes_free()
    {
        await using var harness = new PoolHarness(s_options);
        var taken = await harness.TakeAsync();
        harness.Failure = new ConnectFailure(ConnectStage.Refused, "429 too many") { Reason = "limit_sessions", Status = 429 };
        var waiting = harness.TakeAsync();
        await Eventually.IsTrueAsync(() => harness.Pool.Counters is { Dialing: 0, DialFailures: 1 });
        Assert.False(waiting.IsCompleted);
        harness.Pool.Return(taken);
        Assert.Same(taken, await waiting);
    }

    [Fact]
    public async Task Streams_retire_by_age_by_count_and_beyond_what_is_kept()
    {
        await using var harness = new PoolHarness(s_options with { MaxSessions = 1, KeepAlive = TimeSpan.FromHours(1) });
        var used = await harness.TakeAsync();
        used.Stream.Begin();
        harness.Pool.Return(used);
        var taken = new List<PooledStream>();
        for (var i = 0; i < 4; i++)
        {
            taken.Add(await harness.TakeAsync());
        }

        taken.ForEach(harness.Pool.Return);
        Assert.Equal(3, harness.Pool.Counters.Idle);
        var busy = await harness.TakeAsync();

        // The jitter is a fixed twentieth here.
        harness.Time.Advance(s_options.MaxAge * 0.95);
        harness.Pool.Return(busy);
        await Eventually.IsTrueAsync(() => harness.Pool.Counters.Idle == 0);
        var discards = harness.Pool.Counters.Discards;
        Assert.Equal((1L, 1L), (discards[DiscardCause.Sessions], discards[DiscardCause.Surplus]));
        Assert.Equal(3, discards[DiscardCause.Age]);
    }

    [Theory]
    [InlineData("drain", DiscardCause.Drained)]
    [InlineData("close", DiscardCause.Closed)]
    [InlineData("fin", DiscardCause.Lost)]
    [InlineData("bytes", DiscardCause.Protocol)]
    [InlineData("opened", DiscardCause.Protocol)]
    [InlineData("nonsense", DiscardCause.Protocol)]
    public async Task An_idle_stream_leaves_the_pool_when_it_is_of_no_use_any_more(string how, DiscardCause cause)
    {
        await using var harness = new PoolHarness(s_options);
        harness.Pool.KeepAhead(1);
        var gateway = await harness.NextGatewayEndAsync();
        await harness.IdleAsync(1);
        await (how switch
        {
            "drain" => gateway.WriteTextAsync("""{"type":"drain","code":"shutdown","last":0}""", harness.Patience),
            "close" => gateway.WriteCloseAsync(CloseCode.GoingAway, harness.Patience),
            "bytes" => gateway.WriteMessageAsync(Opcode.Binary, new byte[1], harness.Patience),
            "opened" => gateway.WriteTextAsync("""{"type":"opened","id":1}""", harness.Patience),
            "nonsense" => gateway.WriteTextAsync("""{"type":"nonsense"}""", harness.Patience),
            _ => gateway.DisposeAsync().AsTask(),
        });
        await Eventually.IsTrueAsync(() => harness.Pool.Counters.Discards.GetValueOrDefault(cause) == 1);

        // It heals by itself.
        await harness.IdleAsync(1);
        Assert.Equal(2, harness.Pool.Counters.Dials);
    }

    [Fact]
    public async Task An_idle_stream_answers_pings_and_is_asked_itself_when_it_was_silent_for_long()
    {
        await using var harness = new PoolHarness(s_options);
        harness.Pool.KeepAhead(1);
        var gateway = await harness.NextGatewayEndAsync();
        await harness.IdleAsync(1);
        await gateway.WriteTextAsync("""{"type":"ping","n":7}""", harness.Patience);
        Assert.Equal("""{"type":"pong","n":7}""", (await gateway.ReadAsync(harness.Patience)).Text);

        harness.Time.Advance(s_options.KeepAlive / 2);
        Assert.Equal("""{"type":"ping","n":1}""", (await gateway.ReadAsync(harness.Patience)).Text);
        var stream = harness.Pool;
        await gateway.WriteTextAsync("""{"type":"pong","n":1}""", harness.Patience);
        await gateway.WriteTextAsync("""{"type":"ping","n":8}""", harness.Patience);
        Assert.Equal("""{"type":"pong","n":8}""", (await gateway.ReadAsync(harness.Patience)).Text);

        // Heard just now, so it stays for twice the interval from here; then it is given up.
        harness.Time.Advance((s_options.KeepAlive * 2) - TimeSpan.FromSeconds(1.5));
        Assert.Equal(1, stream.Counters.Idle);
        harness.Time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.IsTrueAsync(() => stream.Counters.Discards.GetValueOrDefault(DiscardCause.Silent) == 1);
    }

    [Fact]
    public async Task A_shorter_interval_gives_up_nobody_who_was_not_asked()
    {
        var options = s_options with { KeepAlive = TimeSpan.FromMinutes(10) };
        await using var harness = new PoolHarness(options);
        harness.Pool.KeepAhead(1);
        var gateway = await harness.NextGatewayEndAsync();
        await harness.IdleAsync(1);
        harness.Time.Advance(TimeSpan.FromMinutes(4));

        harness.Pool.Reconfigure(options with { KeepAlive = TimeSpan.FromSeconds(4) }, ahead: 1);
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("""{"type":"ping","n":1}""", (await gateway.ReadAsync(harness.Patience)).Text);
        harness.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(1, harness.Pool.Counters.Idle);
        harness.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(1, harness.Pool.Counters.Discards[DiscardCause.Silent]);
    }

    [Fact]
    public async Task A_change_of_the_network_flushes_what_is_idle_now_and_what_is_busy_later()
    {
        await using var harness = new PoolHarness(s_options);
        var busy = await harness.TakeAsync();
        var idle = await harness.TakeAsync();
        harness.Pool.Return(idle);
        harness.Pool.Retire(DiscardCause.Network, _ => true);
        Assert.Equal((0, 1), (harness.Pool.Counters.Idle, harness.Pool.Counters.Busy));
        harness.Pool.Return(busy);
        Assert.Equal((0, 0), (harness.Pool.Counters.Idle, harness.Pool.Counters.Busy));
        Assert.Equal(2, harness.Pool.Counters.Discards[DiscardCause.Network]);
    }

    [Fact]
    public async Task A_closed_pool_says_goodbye_and_refuses()
    {
        await using var harness = new PoolHarness(s_options);
        harness.Pool.KeepAhead(1);
        var gateway = await harness.NextGatewayEndAsync();
        await harness.IdleAsync(1);
        var closing = harness.Pool.DisposeAsync();
        Assert.Equal(CloseCode.Normal, (await gateway.ReadAsync(harness.Patience)).Code);
        await gateway.DisposeAsync();
        await closing;
        var (_, failure) = await harness.Pool.TakeAsync(harness.Patience);
        Assert.Equal("shutdown", failure!.Reason);
    }

    private static (int Idle, int Busy, long Dials, long HandOuts) Look(PoolCounters counters) =>
        (counters.Idle, counters.Busy, counters.Dials, counters.HandOuts);
}
