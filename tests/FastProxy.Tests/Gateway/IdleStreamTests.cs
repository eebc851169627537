using System.Net.Sockets;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;
using FastProxy.Gateway.Sessions;
using FastProxy.Testing.Peers;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Gateway;

public sealed class IdleStreamTests
{
    private const string Host = "app.example.com";

    [Theory]
    [InlineData("disable", "token_disabled")]
    [InlineData("expire", "token_expired")]
    [InlineData("delete", "token_unknown")]
    [InlineData("replace-secret", "token_unknown")]
    public async Task A_stream_ends_and_could_open_nothing_once_its_token_is_not_in_force(string how, string reason)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        var application = await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:1", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token));
        if (how == "delete")
        {
            Assert.True((await gateway.Store.DeleteTokenAsync(token.Token.Id, CancellationToken.None)).IsOk);
        }
        else
        {
            Assert.True((await gateway.Store.UpdateTokenAsync(token.Token.Id, Change, CancellationToken.None)).IsOk);
        }

        Assert.Equal((CloseCode.PolicyViolation, "revoked"), await stream.ReadCloseAsync());

        // An `open` that was under way in this moment is decided by what is in force now.
        var (_, refusal, _) = new Authorizer(gateway.Store, new SessionCounters(), gateway.Time).Decide(application, Caller(token), null);
        Assert.Equal(reason, refusal!.Code.ToName());

        ServiceToken Change(ServiceToken current) => how switch
        {
            "disable" => current with { Enabled = false },
            "expire" => current with { ExpiresAt = gateway.Time.GetUtcNow().AddSeconds(-1) },
            _ => current with { Secret = ClientSecret.Create().ToHash(), SecretVersion = current.SecretVersion + 1 },
        };
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Who_came_with_the_old_secret_stays_as_long_as_the_overlap_whatever_the_number_of_the_new_one(int version)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        var application = await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:1", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        var authorizer = new Authorizer(gateway.Store, new SessionCounters(), gateway.Time);
        var now = gateway.Time.GetUtcNow();
        var rotated = await gateway.Store.UpdateTokenAsync(
            token.Token.Id, current => current.Rotated(ClientSecret.Create().ToHash(), now.AddHours(1), version, now), CancellationToken.None);
        Caller[] old = [Caller(token), Caller(token) with { Token = rotated.Value, UsedPreviousSecret = true }];
        var fresh = Caller(token) with { Token = rotated.Value };

        Assert.All([.. old, fresh], caller => Assert.Null(authorizer.Decide(application, caller, null).Refusal));

        await gateway.Store.UpdateTokenAsync(token.Token.Id, current => current.WithoutOverlap(), CancellationToken.None);
        Assert.All(old, caller => Assert.Equal(ReasonCode.TokenUnknown, authorizer.Decide(application, caller, null).Refusal!.Code));
        Assert.Null(authorizer.Decide(application, fresh, null).Refusal);
    }

    [Fact]
    public async Task A_stream_ends_when_the_clock_ends_its_token()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token));
        var end = gateway.Time.GetUtcNow().AddSeconds(10);
        Assert.True((await gateway.Store.UpdateTokenAsync(token.Token.Id, current => current with { ExpiresAt = end }, CancellationToken.None)).IsOk);
        gateway.Time.Advance(TimeSpan.FromSeconds(9));
        await PingAsync(stream);
        gateway.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((CloseCode.PolicyViolation, "revoked"), await stream.ReadCloseAsync());
    }

    [Fact]
    public async Task A_stream_without_a_credential_ends_when_nothing_would_admit_it_any_more()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var application = await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:1", PolicyAction.Bypass, new EveryoneRule());
        await using var stream = await RawStream.OpenAsync(gateway, Host, "");
        Assert.True((await gateway.Store.RemovePolicyAsync(application.Id, application.Policies[0].Id, CancellationToken.None)).IsOk);
        Assert.Equal((CloseCode.PolicyViolation, "revoked"), await stream.ReadCloseAsync());
    }

    [Fact]
    public async Task An_unrelated_change_leaves_an_idle_stream_alone()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        var other = await gateway.AddTokenAsync("other");
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token));
        Assert.True((await gateway.Store.DeleteTokenAsync(other.Token.Id, CancellationToken.None)).IsOk);
        await PingAsync(stream);
    }

    [Fact]
    public async Task A_stream_that_waits_too_long_ends_as_idle()
    {
        await using var gateway = await GatewayFixture.StartAsync(GatewayFixture.Limits with { StreamIdle = TimeSpan.FromSeconds(10) });
        var token = await gateway.AddTokenAsync();
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token));
        gateway.Time.Advance(TimeSpan.FromSeconds(9));
        await PingAsync(stream);
        gateway.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("""{"type":"drain","code":"idle","last":0}""", (await stream.ReadTextAsync()).GetRawText());
        Assert.Equal((CloseCode.GoingAway, "idle"), await stream.ReadCloseAsync());
    }

    [Fact]
    public async Task Streams_of_one_token_are_limited_and_the_limit_names_itself()
    {
        await using var gateway = await GatewayFixture.StartAsync(GatewayFixture.Limits with { StreamsPerToken = 1 });
        var token = await gateway.AddTokenAsync();
        var other = await gateway.AddTokenAsync("other");
        await using var first = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token));
        var answer = await gateway.AskAsync(GatewayFixture.Upgrade(Host, GatewayFixture.Pair(token) + "Sec-WebSocket-Protocol: fastproxy.v1\r\n"));
        Assert.StartsWith("HTTP/1.1 429 ", answer, StringComparison.Ordinal);
        Assert.Contains("Cf-Access-Error: limit_sessions\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("limits.streams_per_token", answer, StringComparison.Ordinal);
        await using var others = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(other));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_counts_against_its_token_whether_it_has_a_session_or_not(bool withUpgrade)
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayFixture.StartAsync(GatewayFixture.Limits with { StreamsPerToken = 1 });
        var token = await gateway.AddTokenAsync();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        var open = withUpgrade ? $"FastProxy-Open: app=\"{Host}\"\r\n" : "";
        await using var busy = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token) + open);
        if (!withUpgrade)
        {
            await busy.SendTextAsync("""{"type":"open","id":1}""");
            Assert.Equal("opened", (await busy.ReadTextAsync()).GetProperty("type").GetString());
        }

        Assert.Equal(1, gateway.Server.Sessions);
        var answer = await gateway.AskAsync(GatewayFixture.Upgrade(Host, GatewayFixture.Pair(token) + "Sec-WebSocket-Protocol: fastproxy.v1\r\n"));

        Assert.Contains("limits.streams_per_token", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_is_over_gives_its_place_back()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var caller = Caller(await gateway.AddTokenAsync());
        var streams = Streams(gateway, perToken: 1);
        var (first, _) = streams.Enter(caller, null);
        Assert.Equal(ReasonCode.LimitSessions, streams.Enter(caller, null).Refusal!.Code);
        first!.Dispose();
        first.Dispose();
        Assert.NotNull(streams.Enter(caller, null).Stream);
        Assert.Equal(ReasonCode.LimitSessions, streams.Enter(caller, null).Refusal!.Code);
    }

    [Fact]
    public async Task A_stopping_gateway_takes_no_stream()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var caller = Caller(await gateway.AddTokenAsync());
        var streams = Streams(gateway, perToken: 1);
        streams.Stop();
        Assert.Equal(ReasonCode.Shutdown, streams.Enter(caller, null).Refusal!.Code);
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_a_stream_whose_session_is_refused_meanwhile()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        await using var origin = new RefusingPeer();
        await gateway.AddApplicationAsync(Host, $"https://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token));
        await stream.SendTextAsync("""{"type":"open","id":1}""");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await origin.WaitForAcceptedAsync(1, patience.Token);

        var stopping = gateway.Server.StopAsync(CancellationToken.None);
        Assert.Equal("""{"type":"drain","code":"shutdown","last":1}""", (await stream.ReadTextAsync()).GetRawText());
        origin.Refuse();
        Assert.Equal("refused", (await stream.ReadTextAsync()).GetProperty("type").GetString());
        Assert.Equal((CloseCode.GoingAway, "shutdown"), await stream.ReadCloseAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Asks whether the stream is alive and idle.</summary>
    private static async Task PingAsync(RawStream stream)
    {
        await stream.SendTextAsync("""{"type":"ping","n":1}""");
        Assert.Equal("pong", (await stream.ReadTextAsync()).GetProperty("type").GetString());
    }

    private static Caller Caller(IssuedServiceToken issued) => new(issued.Token, UsedPreviousSecret: false, Address: null, UserAgent: null);

    private static StreamRegistry Streams(GatewayFixture gateway, int perToken)
    {
        var limits = GatewayFixture.Limits with { StreamsPerToken = perToken };
        return new StreamRegistry(new Authorizer(gateway.Store, new SessionCounters(), gateway.Time), limits, TimeSpan.FromSeconds(25), new DescriptorBudget(limits.Descriptors), gateway.Time);
    }

    /// <summary>Accepts, says nothing, and breaks the connection when it is told to.</summary>
    private sealed class RefusingPeer : TcpPeer
    {
        private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Refuse() => _refused.SetResult();

        protected override Task ServeAsync(Socket socket, CancellationToken cancellationToken) => _refused.Task.WaitAsync(cancellationToken);
    }
}
