using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FastProxy.Client.Connecting;
using FastProxy.Client.Pooling;
using FastProxy.Testing.Raw;
using FastProxy.Tests.Transport.Splicing;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Client.Pooling;

/// <summary>From <c>open</c> to its answer: what goes ahead, what is tried again, what never is. The gateway's ends are driven by hand.</summary>
public sealed class PooledSessionTests
{
    private static readonly StreamPoolOptions s_options = new() { MinIdle = 0, MaxIdle = 4, Max = 4 };

    [Fact]
    public async Task Bytes_go_ahead_of_opened_on_a_fresh_stream()
    {
        await using var harness = new PoolHarness(s_options);
        await using var run = await Run.StartAsync(harness);
        await run.App.SendAsync("hello"u8.ToArray());
        Assert.Equal("""{"type":"open","id":1,"app":"app.example.com"}""", await TextAsync(run.Gateway, harness));
        Assert.Equal("hello"u8.ToArray(), await BytesAsync(run.Gateway, harness));
        await run.Gateway.WriteTextAsync("""{"type":"opened","id":1,"request":"r1"}""", harness.Patience);
        await run.Gateway.WriteMessageAsync(Opcode.Binary, "world"u8.ToArray(), harness.Patience);
        Assert.Equal("world"u8.ToArray(), await ReceiveAsync(run.App, 5, harness));
        Assert.Equal("r1", run.Session.Request);
    }

    [Fact]
    public async Task On_a_stream_that_was_not_heard_for_long_bytes_wait_for_opened()
    {
        await using var harness = new PoolHarness(s_options);
        harness.Pool.Return(await harness.TakeAsync());
        harness.Time.Advance(s_options.KeepAlive + TimeSpan.FromTicks(1));
        await using var run = await Run.StartAsync(harness);
        await run.App.SendAsync("hello"u8.ToArray());
        string text;
        while ((text = await TextAsync(run.Gateway, harness)).Contains("ping", StringComparison.Ordinal))
        {
        }

        Assert.Contains("\"open\"", text, StringComparison.Ordinal);
        await run.Gateway.WriteTextAsync("""{"type":"ping","n":1}""", harness.Patience);

        // Whatever it had sent ahead would have come before the pong's place in the order, or right behind it.
        Assert.Contains("\"pong\"", await TextAsync(run.Gateway, harness), StringComparison.Ordinal);
        await run.Gateway.WriteTextAsync("""{"type":"opened","id":1}""", harness.Patience);
        Assert.Equal("hello"u8.ToArray(), await BytesAsync(run.Gateway, harness));
    }

    [Fact]
    public async Task No_more_than_64_KiB_go_ahead_and_the_rest_follows_in_order()
    {
        await using var harness = new PoolHarness(s_options);
        await using var run = await Run.StartAsync(harness);
        var bytes = RandomNumberGenerator.GetBytes(1_000_000);
        var sending = run.App.SendAsync(bytes);
        await TextAsync(run.Gateway, harness);
        using var received = new MemoryStream();
        received.Write(await BytesAsync(run.Gateway, harness));
        await run.Gateway.WriteTextAsync("""{"type":"ping","n":1}""", harness.Patience);
        for (RawMessage message; (message = await run.Gateway.ReadAsync(harness.Patience)).Opcode != Opcode.Text;)
        {
            received.Write(message.Payload);
        }

        Assert.InRange(received.Length, 1, StreamProtocol.MostAhead);
        await run.Gateway.WriteTextAsync("""{"type":"opened","id":1}""", harness.Patience);
        while (received.Length < bytes.Length)
        {
            received.Write(await BytesAsync(run.Gateway, harness));
        }

        await sending;
        Assert.Equal(bytes, received.ToArray());
    }

    [Fact]
    public async Task A_refusal_resets_the_local_end_and_leaves_the_stream()
    {
        await using var harness = new PoolHarness(s_options);
        var run = await Run.StartAsync(harness);
        await run.App.SendAsync("hello"u8.ToArray());
        await TextAsync(run.Gateway, harness);
        await run.Gateway.WriteTextAsync("""{"type":"refused","id":1,"code":"policy_denied","message":"no policy admits you","request":"r1"}""", harness.Patience);
        Assert.Equal(ReasonCode.PolicyDenied, (await run.Splice).Reason);
        var failure = await run.Session.Opening;
        Assert.Equal(("policy_denied", 403, "403 no policy admits you", "r1"), (failure!.Reason, failure.Status, failure.Message, failure.Request));
        await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(run.App, 1, harness));
        await run.Session.DisposeAsync();
        Assert.Equal((1, 0), (harness.Pool.Counters.Idle, harness.Pool.Counters.Busy));

        // The next session of the same stream has the next id, and not one byte of the last.
        var next = await harness.TakeAsync();
        await using var again = PooledSession.Begin(harness.Pool, next, Run.Request, s_options.KeepAlive, harness.Time);
        for (RawMessage message; ;)
        {
            message = await run.Gateway.ReadAsync(harness.Patience);
            if (message.Opcode == Opcode.Text)
            {
                Assert.Equal(2, JsonDocument.Parse(message.Text).RootElement.GetProperty("id").GetInt64());
                break;
            }
        }

        await run.Gateway.WriteTextAsync("""{"type":"opened","id":2}""", harness.Patience);
        Assert.Null(await again.Opening);
        again.Abort(ReasonCode.ClientReset);
        Assert.Contains("\"reset\"", await TextAsync(run.Gateway, harness), StringComparison.Ordinal);
        await run.Gateway.WriteTextAsync("""{"type":"closed","id":2,"code":"client_reset","up":0,"down":0}""", harness.Patience);
        await again.FinishAsync(ReasonCode.ClientReset);
    }

    [Theory]
    [InlineData("drain")]
    [InlineData("shutdown")]
    public async Task What_the_gateway_promises_not_to_have_started_goes_again_with_its_bytes(string how)
    {
        await using var harness = new PoolHarness(s_options);
        await using var run = await Run.StartAsync(harness);
        await run.App.SendAsync("hello"u8.ToArray());
        await TextAsync(run.Gateway, harness);
        Assert.Equal("hello"u8.ToArray(), await BytesAsync(run.Gateway, harness));
        await run.Gateway.WriteTextAsync(
            how == "drain" ? """{"type":"drain","code":"shutdown","last":0}""" : """{"type":"refused","id":1,"code":"shutdown"}""", harness.Patience);

        var second = await harness.NextGatewayEndAsync();
        Assert.Equal("""{"type":"open","id":1,"app":"app.example.com"}""", await TextAsync(second, harness));
        Assert.Equal("hello"u8.ToArray(), await BytesAsync(second, harness));
        await second.WriteTextAsync("""{"type":"opened","id":1}""", harness.Patience);
        await run.App.SendAsync(" again"u8.ToArray());
        Assert.Equal(" again"u8.ToArray(), await BytesAsync(second, harness));
        Assert.Equal((1L, 2L), (harness.Pool.Counters.Retries, harness.Pool.Counters.Dials));
        Assert.Equal(1, harness.Pool.Counters.Discards[DiscardCause.Drained]);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_that_ends_before_its_answer_is_replaced_if_nothing_was_written_to_it()
    {
        await using var harness = new PoolHarness(s_options);
        await using var run = await Run.StartAsync(harness);
        await TextAsync(run.Gateway, harness);
        await run.Gateway.DisposeAsync();
        var second = await harness.NextGatewayEndAsync();
        Assert.Contains("\"open\"", await TextAsync(second, harness), StringComparison.Ordinal);
        await second.WriteTextAsync("""{"type":"opened","id":1}""", harness.Patience);
        await run.App.SendAsync("hello"u8.ToArray());
        Assert.Equal("hello"u8.ToArray(), await BytesAsync(second, harness));
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_that_ends_before_its_answer_is_not_replaced_once_a_byte_was_written_to_it()
    {
        await using var harness = new PoolHarness(s_options);
        await using var run = await Run.StartAsync(harness);
        await run.App.SendAsync("hello"u8.ToArray());
        await TextAsync(run.Gateway, harness);
        await BytesAsync(run.Gateway, harness);
        await run.Gateway.DisposeAsync();
        Assert.Equal(ReasonCode.StreamLost, (await run.Splice).Reason);
        Assert.Equal("stream_lost", (await run.Session.Opening)!.Reason);
        Assert.Equal((0L, 1L), (harness.Pool.Counters.Retries, harness.Pool.Counters.Dials));
    }

    [Fact]
    public async Task A_second_stream_is_the_last()
    {
        await using var harness = new PoolHarness(s_options);
        await using var run = await Run.StartAsync(harness);
        await TextAsync(run.Gateway, harness);
        Assert.True(run.Session.MayStartOver);
        await run.Gateway.DisposeAsync();
        var second = await harness.NextGatewayEndAsync();
        await TextAsync(second, harness);
        Assert.False(run.Session.MayStartOver);
        await second.DisposeAsync();
        Assert.Equal(ReasonCode.StreamLost, (await run.Splice).Reason);
        Assert.Equal((1L, 2L), (harness.Pool.Counters.Retries, harness.Pool.Counters.Dials));
    }

    [Fact]
    public async Task A_local_reset_before_the_answer_says_reset_and_the_stream_lives_on()
    {
        await using var harness = new PoolHarness(s_options);
        var run = await Run.StartAsync(harness);
        await TextAsync(run.Gateway, harness);
        run.App.LingerState = new LingerOption(enable: true, seconds: 0);
        run.App.Dispose();
        Assert.Equal("""{"type":"reset","id":1}""", await TextAsync(run.Gateway, harness));
        await run.Gateway.WriteTextAsync("""{"type":"opened","id":1}""", harness.Patience);
        await run.Gateway.WriteMessageAsync(Opcode.Binary, "late"u8.ToArray(), harness.Patience);
        await run.Gateway.WriteTextAsync("""{"type":"closed","id":1,"code":"client_reset","up":0,"down":4}""", harness.Patience);
        Assert.Equal(ReasonCode.ClientReset, (await run.Splice).Reason);
        await run.Session.DisposeAsync();
        Assert.Equal((1, 0), (harness.Pool.Counters.Idle, harness.Pool.Counters.Busy));
        await run.Gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_refusal_that_crosses_a_local_reset_leaves_the_stream_for_good()
    {
        await using var harness = new PoolHarness(s_options);
        var run = await Run.StartAsync(harness);
        await TextAsync(run.Gateway, harness);
        run.App.LingerState = new LingerOption(enable: true, seconds: 0);
        run.App.Dispose();
        Assert.Equal("""{"type":"reset","id":1}""", await TextAsync(run.Gateway, harness));
        await run.Gateway.WriteTextAsync("""{"type":"refused","id":1,"code":"policy_denied"}""", harness.Patience);
        await run.Splice;
        await run.Session.DisposeAsync();
        Assert.Equal((1, 0), (harness.Pool.Counters.Idle, harness.Pool.Counters.Busy));

        // The reset has had its answer: nobody waits for one any more.
        harness.Time.Advance(StreamProtocol.ResetTime + TimeSpan.FromSeconds(1));
        await run.Gateway.WriteTextAsync("""{"type":"ping","n":1}""", harness.Patience);
        Assert.Equal("""{"type":"pong","n":1}""", await TextAsync(run.Gateway, harness));
        Assert.Equal((1, 0), (harness.Pool.Counters.Idle, harness.Pool.Counters.Busy));
        await run.Gateway.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"type":"closed","id":1,"code":"ok","up":0,"down":0}""")]
    [InlineData("""{"type":"opened","id":2}""")]
    [InlineData("""{"type":"refused","id":7,"code":"policy_denied"}""")]
    [InlineData("""{"type":"open","id":1}""")]
    [InlineData("""{"type":"eof","id":1}""")]
    [InlineData("""{"type":"surprise"}""")]
    [InlineData("bytes")]
    public async Task An_answer_that_breaks_the_rules_is_closed_with_1002_and_not_tried_again(string message)
    {
        await using var harness = new PoolHarness(s_options);
        await using var run = await Run.StartAsync(harness);
        await TextAsync(run.Gateway, harness);
        await (message == "bytes" ? run.Gateway.WriteMessageAsync(Opcode.Binary, new byte[1], harness.Patience) : run.Gateway.WriteTextAsync(message, harness.Patience));
        Assert.Equal(CloseCode.ProtocolError, (await run.Gateway.ReadAsync(harness.Patience)).Code);
        Assert.Equal(ReasonCode.Protocol, (await run.Splice).Reason);
        Assert.Equal(0, harness.Pool.Counters.Retries);
    }

    private static async Task<string> TextAsync(RawWebSocket gateway, PoolHarness harness)
    {
        var message = await gateway.ReadAsync(harness.Patience);
        Assert.Equal(Opcode.Text, message.Opcode);
        return message.Text;
    }

    private static async Task<byte[]> BytesAsync(RawWebSocket gateway, PoolHarness harness)
    {
        var message = await gateway.ReadAsync(harness.Patience);
        Assert.Equal(Opcode.Binary, message.Opcode);
        return message.Payload;
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count, PoolHarness harness)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            var received = await socket.ReceiveAsync(bytes.AsMemory(got), harness.Patience);
            Assert.NotEqual(0, received);
            got += received;
        }

        return bytes;
    }

    /// <summary>One session under way: an application's socket on one side, the gateway's end of its stream on the other.</summary>
    private sealed class Run : IAsyncDisposable
    {
        public static GatewayRequest Request { get; } = MakeRequest();

        public required Socket App { get; init; }

        public required RawWebSocket Gateway { get; init; }

        public required PooledSession Session { get; init; }

        public required Task<SpliceOutcome> Splice { get; init; }

        public static async Task<Run> StartAsync(PoolHarness harness)
        {
            var stream = await harness.TakeAsync();
            var (app, local) = await Tunnel.ConnectAsync();
            var session = PooledSession.Begin(harness.Pool, stream, Request, s_options.KeepAlive, harness.Time);
            return new Run
            {
                App = app,
                Gateway = await harness.NextGatewayEndAsync(),
                Session = session,
                Splice = FastProxy.Transport.Splicing.Splice.RunAsync(new SocketEnd(local, ReasonCode.ClientReset), session, SpliceOptions.Default, null, CancellationToken.None),
            };
        }

        public async ValueTask DisposeAsync()
        {
            App.LingerState = new LingerOption(enable: true, seconds: 0);
            App.Dispose();
            await Gateway.DisposeAsync();
            await Splice.WaitAsync(TimeSpan.FromSeconds(60));
            await Session.DisposeAsync();
        }

        private static GatewayRequest MakeRequest()
        {
            Assert.True(AppUrl.TryParse("app.example.com", PlainHttp.Never, out var app, out _));
            return new GatewayRequest { App = app, UserAgent = "fastproxy/test" };
        }
    }
}
