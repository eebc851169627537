using System.Net;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Gateway;
using FastProxy.Hosting;
using FastProxy.Hosting.Metrics;
using FastProxy.Storage;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Tests.Client.Pooling;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Storage;
using FastProxy.Transport.Listening;
using FastProxy.Transport.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Hosting.Metrics;

public sealed class GatewayStatusTests
{
    private static readonly IPEndPoint s_any = new(IPAddress.Loopback, 0);

    [Fact]
    public async Task The_three_paths_answer_and_nothing_else_does()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var (status, type, text) = await gateway.AskAsync("/metrics");
        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (status, type));
        Assert.Contains("fastproxy_gateway_sessions", Exposition.Parse(text).Names);
        Assert.Contains("fastproxy_service_token_expires_in_seconds", Exposition.Parse(text).Names);
        Assert.Equal((200, "ok\n"), await gateway.SayAsync("/healthz"));
        Assert.Equal((200, "ready\n"), await gateway.SayAsync("/readyz"));
        Assert.Equal(404, (await gateway.SayAsync("/")).Status);
        Assert.Equal(404, (await gateway.SayAsync("/metrics/")).Status);
        using var http = new HttpClient();
        using var posted = await http.PostAsync($"http://{gateway.Host.MetricsAddress}/metrics", null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
    }

    [Fact]
    public async Task A_store_that_is_gone_is_not_ready_and_says_why()
    {
        await using var gateway = await RunningGateway.StartAsync();
        File.Delete(Path.Combine(gateway.Directory.Data, SqliteAccessStore.FileName));
        var (status, line) = await gateway.SayAsync("/readyz");
        Assert.Equal(503, status);
        Assert.Matches("^the store .*access\\.db does not exist any more\n$", line);
        Assert.Equal((200, "ok\n"), await gateway.SayAsync("/healthz"));
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_is_not_ready()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using (var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(gateway.Directory.Data, SqliteAccessStore.FileName)};Pooling=False"))
        {
            await other.OpenAsync();
            using var drop = other.CreateCommand();
            drop.CommandText = "DROP TABLE meta";
            await drop.ExecuteNonQueryAsync();
        }

        var (status, line) = await gateway.SayAsync("/readyz");
        Assert.Equal(503, status);
        Assert.Contains("meta", line, StringComparison.Ordinal);
        Assert.Single(line.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Nothing_is_ready_before_it_listens()
    {
        await using var fixture = await GatewayFixture.StartAsync();
        await using var server = new GatewayServer(
            new GatewayOptions { DataDirectory = "/", Listeners = [new ListenerOptions { Address = s_any }], Limits = GatewayFixture.Limits },
            fixture.Store,
            fixture.Decisions,
            NullLoggerFactory.Instance,
            TimeProvider.System);
        Assert.False(server.IsServing);
        await server.StartAsync(CancellationToken.None);
        Assert.True(server.IsServing);
        Assert.False(server.IsDraining);
        await server.StopAsync(CancellationToken.None);
        Assert.True(server.IsDraining);
    }

    [Fact]
    public async Task Sessions_bytes_decisions_and_refusals_are_counted_exactly()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        await using (var path = await PooledPath.ToGatewayAsync(gateway, origin.Port, new() { MinIdle = 0 }))
        {
            for (var length = 1; length <= 1_000_000; length *= 1000)
            {
                Assert.Equal(length, (await path.ExchangeAsync(new byte[length])).Received.Length);
            }

            var (app, outcome) = await path.BeginAsync();
            await app.SendAsync(new byte[5]);
            await Eventually.IsTrueAsync(() => gateway.Server.Counters is { Sessions: 1, Streams: 1, Descriptors: 2 });

            // Reset, whether its five bytes have come back by now or not.
            app.LingerState = new System.Net.Sockets.LingerOption(true, 0);
            app.Dispose();
            await outcome;
        }

        Assert.StartsWith("HTTP/1.1 404 ", await gateway.AskAsync(GatewayFixture.Upgrade("nobody.localhost")), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401 ", await gateway.AskAsync(GatewayFixture.Upgrade(PooledPath.Host)), StringComparison.Ordinal);
        var other = await gateway.AddTokenAsync("other");
        Assert.StartsWith("HTTP/1.1 403 ", await gateway.AskAsync(GatewayFixture.Upgrade(PooledPath.Host, GatewayFixture.Pair(other))), StringComparison.Ordinal);
        await gateway.AddApplicationAsync("shut.localhost", "tcp://127.0.0.1:1", PolicyAction.Block, new EveryoneRule());
        Assert.StartsWith("HTTP/1.1 403 ", await gateway.AskAsync(GatewayFixture.Upgrade("shut.localhost", GatewayFixture.Pair(other))), StringComparison.Ordinal);

        await Eventually.IsTrueAsync(() => gateway.Server.Counters is { Sessions: 0, Streams: 0, Descriptors: 0, HandshakesInFlight: 0 });
        var counters = gateway.Server.Counters;
        Assert.Equal(3, counters.SessionsEnded[(int)ReasonCode.Ok]);
        Assert.Equal(4, counters.SessionsEnded.Sum());

        // The session that was cut off may have got its five bytes there and back, or not.
        Assert.InRange(counters.BytesUp, 1_001_001, 1_001_006);
        Assert.InRange(counters.BytesDown, 1_001_001, 1_001_006);
        Assert.Equal((4L, 1L, 1L, 1L), (Decisions("Admitted"), Decisions("CredentialRequired"), Decisions("NoPolicyMatched"), Decisions("Blocked")));
        Assert.Equal((1L, 1L, 2L), (Refusals(ReasonCode.AppUnknown), Refusals(ReasonCode.CredentialsMissing), Refusals(ReasonCode.PolicyDenied)));
        Assert.Equal(4, counters.Refusals.Sum());

        long Decisions(string reason) => counters.Decisions[(int)Enum.Parse<DecisionReason>(reason)];
        long Refusals(ReasonCode code) => counters.Refusals[(int)code];
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("11.1.2.3", false)]
    [InlineData("2001:db8::1", false)]
    public void This_machine_and_who_is_named_may_ask(string address, bool allowed)
    {
        var options = new MetricsOptions { Address = s_any, AllowFrom = [IPNetwork.Parse("10.0.0.0/8")] };
        Assert.Equal(allowed, options.Allows(IPAddress.Parse(address)));
        Assert.False(options.Allows(null));
        Assert.Equal(options, new MetricsOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), AllowFrom = [IPNetwork.Parse("10.0.0.0/8")] });
        Assert.NotEqual(options, options with { AllowFrom = [] });
    }

    private sealed class RunningGateway : IAsyncDisposable
    {
        private readonly HttpClient _http = new();

        public TemporaryDirectory Directory { get; } = new();

        public GatewayHost Host { get; private set; } = null!;

        public static async Task<RunningGateway> StartAsync()
        {
            var running = new RunningGateway();
            var options = new GatewayOptions
            {
                DataDirectory = running.Directory.Data,
                Listeners = [new ListenerOptions { Address = s_any }],
                Limits = GatewayFixture.Limits,
                Metrics = new MetricsOptions { Address = s_any },
            };
            running.Host = await GatewayHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
            return running;
        }

        public async Task<(int Status, string? Type, string Text)> AskAsync(string path)
        {
            using var response = await _http.GetAsync($"http://{Host.MetricsAddress}{path}");
            return ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsStringAsync());
        }

        public async Task<(int Status, string Text)> SayAsync(string path)
        {
            // It gives its store two seconds, which a busy machine may need: then it is asked again.
            var asked = TimeProvider.System.GetTimestamp();
            while (true)
            {
                var (status, _, text) = await AskAsync(path);
                if (!text.StartsWith("no answer from the store", StringComparison.Ordinal) || TimeProvider.System.GetElapsedTime(asked) > TimeSpan.FromSeconds(60))
                {
                    return (status, text);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await Host.StopAsync(now.Token);
            Directory.Dispose();
        }
    }
}
