using System.Text.RegularExpressions;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;
using FastProxy.Gateway.Http;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Tests.Access;
using FastProxy.Transport.Listening;

namespace FastProxy.Tests.Gateway;

public sealed partial class CanaryWatchTests
{
    private const string Host = "app.example.com";

    public static TheoryData<string> Requests => new()
    {
        GatewayFixture.Upgrade(Host, "{0}"),
        GatewayFixture.Upgrade(Host, "{0}Sec-WebSocket-Protocol: fastproxy.v1\r\n"),
        GatewayFixture.Upgrade("gateway.example.com", "{0}Sec-WebSocket-Protocol: fastproxy.v1\r\n"),
        GatewayFixture.Upgrade("gateway.example.com", $"{{0}}Sec-WebSocket-Protocol: fastproxy.v1\r\nFastProxy-Open: app=\"{Host}\"\r\n"),
        $"GET / HTTP/1.1\r\nHost: {Host}\r\n{{0}}\r\n",
        $"HEAD / HTTP/1.1\r\nHost: {Host}\r\n{{0}}\r\n",
        $"POST /x HTTP/1.1\r\nHost: {Host}\r\nContent-Length: 0\r\n{{0}}\r\n",
        GatewayFixture.Upgrade("nowhere.example.com", "{0}"),
        $"GET / HTTP/1.1\r\nHost: {Host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n{{0}}\r\n",
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_canary_is_answered_byte_for_byte_as_an_unknown_token_and_raises_the_alarm(string request)
    {
        using var log = new LineLog();
        await using var gateway = await GatewayFixture.StartAsync(loggers: log);
        var canary = await AddCanaryAsync(gateway);
        await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:1", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        var (unknownId, unknownSecret) = (ClientId.Create(), ClientSecret.Create().Reveal());

        var unknown = Masked(await gateway.AskAsync(With(request, unknownId, unknownSecret)));
        Assert.Equal(0, gateway.Server.Counters.CanaryPresented);

        (string Id, string Secret)[] pairs =
        [
            (canary.Token.ClientId, canary.Secret.Reveal()),
            (canary.Token.ClientId, unknownSecret),
            (unknownId, canary.Secret.Reveal()),
            (canary.Token.ClientId + " ", "x"),
        ];
        for (var i = 0; i < pairs.Length; i++)
        {
            Assert.Equal(unknown, Masked(await gateway.AskAsync(With(request, pairs[i].Id, pairs[i].Secret))));
            await Eventually.IsTrueAsync(() => gateway.Server.Counters.CanaryPresented == i + 1);
            var line = await log.ReadAsync("CanaryPresented");
            Assert.Contains("bait", line, StringComparison.Ordinal);
            Assert.Contains("127.0.0.1", line, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(canary.Secret.Reveal(), log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cf-Access-Client-Id: {0}\r\n", "Cf-Access-Client-Id: {1}\r\n")]
    [InlineData("Cf-Access-Client-Secret: {2}\r\n", "Cf-Access-Client-Secret: {3}\r\n")]
    [InlineData("Cf-Access-Client-Id: {0}\r\nCf-Access-Client-Secret:\r\n", "Cf-Access-Client-Id: {1}\r\nCf-Access-Client-Secret:\r\n")]
    [InlineData("Cf-Access-Client-Id: a\r\nCf-Access-Client-Id: {0}\r\nCf-Access-Client-Secret: b\r\n", "Cf-Access-Client-Id: a\r\nCf-Access-Client-Id: {1}\r\nCf-Access-Client-Secret: b\r\n")]
    [InlineData("X-Token: {{\"cf-access-client-id\":\"{0}\",\"cf-access-client-secret\":\"b\"}}\r\n", "X-Token: {{\"cf-access-client-id\":\"{1}\",\"cf-access-client-secret\":\"b\"}}\r\n")]
    public async Task Half_a_credential_and_the_single_header_raise_it_too(string ofCanary, string ofNobody)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var canary = await AddCanaryAsync(gateway);
        var application = await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:1", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        Assert.True((await gateway.Store.UpdateApplicationAsync(application.Id, old => old with { ReadServiceTokensFromHeader = "X-Token" }, default)).IsOk);
        string[] values = [canary.Token.ClientId, ClientId.Create(), canary.Secret.Reveal(), ClientSecret.Create().Reveal()];
        string Request(string headers) => GatewayFixture.Upgrade(Host, string.Format(System.Globalization.CultureInfo.InvariantCulture, headers, values));

        var unknown = Masked(await gateway.AskAsync(Request(ofNobody)));
        Assert.Equal(unknown, Masked(await gateway.AskAsync(Request(ofCanary))));

        await Eventually.IsTrueAsync(() => gateway.Server.Counters.CanaryPresented == 1);
        Assert.StartsWith("HTTP/1.1 401 ", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_becomes_a_canary_loses_its_sessions()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        var token = await gateway.AddTokenAsync();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token));
        await stream.SendTextAsync($$"""{"type":"open","id":1,"app":"{{Host}}"}""");
        Assert.Equal("opened", (await stream.ReadTextAsync()).GetProperty("type").GetString());

        Assert.True((await gateway.Store.UpdateTokenAsync(token.Token.Id, old => old with { IsCanary = true }, default)).IsOk);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await origin.WaitForEndedAsync(1, patience.Token);
    }

    [Fact]
    public void Alarms_of_one_canary_are_bounded_and_hide_no_other()
    {
        var time = new ManualTime();
        var limit = new AlarmLimit(time);
        var (one, other) = (CanaryTests.Canary("one").Token, CanaryTests.Canary("other").Token);
        var snapshot = Sample.Snapshot([one, other]);
        for (var i = 0; i < LogLimit.MostLines; i++)
        {
            Assert.True(limit.TryTake(one.Id, snapshot, out var unreported));
            Assert.Equal(0, unreported);
        }

        for (var i = 0; i < 1000; i++)
        {
            Assert.False(limit.TryTake(one.Id, snapshot, out _));
        }

        Assert.True(limit.TryTake(other.Id, snapshot, out _));
        time.Advance(LogLimit.Period);
        Assert.True(limit.TryTake(one.Id, snapshot, out var hidden));
        Assert.Equal(1000, hidden);
        Assert.True(limit.TryTake(one.Id, snapshot, out hidden));
        Assert.Equal(0, hidden);
    }

    private static async Task<IssuedServiceToken> AddCanaryAsync(GatewayFixture gateway)
    {
        var canary = await gateway.AddTokenAsync("bait");
        Assert.True((await gateway.Store.UpdateTokenAsync(canary.Token.Id, old => old with { IsCanary = true }, default)).IsOk);
        return canary;
    }

    private static string With(string request, string id, string secret) =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, request, $"Cf-Access-Client-Id: {id}\r\nCf-Access-Client-Secret: {secret}\r\n");

    /// <summary>The answer without what differs between any two: the request's id and the date, whose lengths stay.</summary>
    private static string Masked(string answer)
    {
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        var id = RequestId().Match(answer).Groups[1].Value;
        Assert.NotEmpty(id);
        return Date().Replace(answer.Replace(id, new string('#', id.Length), StringComparison.Ordinal), match => new string('#', match.Length));
    }

    [GeneratedRegex("Cf-Ray: ([0-9a-f]+)\r\n")]
    private static partial Regex RequestId();

    [GeneratedRegex("Date: [^\r]+")]
    private static partial Regex Date();
}
