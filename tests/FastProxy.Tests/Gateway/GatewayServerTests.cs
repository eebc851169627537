using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FastProxy.Access.Decisions;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;
using FastProxy.Gateway;
using FastProxy.Testing.Peers;
using FastProxy.WebSockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Gateway;

public sealed class GatewayServerTests
{
    private const string Host = "app.example.com";

    public enum Case
    {
        WrongSecret,
        UnknownId,
        Expired,
        Disabled,
        OnlyId,
        OnlySecret,
        DuplicatedId,
        EmptySecret,
        EmptyId,
        NoCredential,
        NotAdmitted,
        UnknownHost,
        DeadOrigin,
        NoOrigin,
        BadKey,
        BadVersion,
        WithBody,
        TwoOpens,
    }

    [Theory]
    [InlineData(Case.WrongSecret, 401, "token_unknown")]
    [InlineData(Case.UnknownId, 401, "token_unknown")]
    [InlineData(Case.Expired, 401, "token_expired")]
    [InlineData(Case.Disabled, 401, "token_disabled")]
    [InlineData(Case.OnlyId, 401, "credentials_malformed")]
    [InlineData(Case.OnlySecret, 401, "credentials_malformed")]
    [InlineData(Case.DuplicatedId, 401, "credentials_malformed")]
    [InlineData(Case.EmptySecret, 401, "credentials_malformed")]
    [InlineData(Case.EmptyId, 401, "credentials_malformed")]
    [InlineData(Case.NoCredential, 401, "credentials_missing")]
    [InlineData(Case.NotAdmitted, 403, "policy_denied")]
    [InlineData(Case.UnknownHost, 404, "app_unknown")]
    [InlineData(Case.DeadOrigin, 502, "origin_refused")]
    [InlineData(Case.NoOrigin, 502, "origin_unset")]
    [InlineData(Case.BadKey, 400, "protocol")]
    [InlineData(Case.BadVersion, 400, "protocol")]
    [InlineData(Case.WithBody, 400, "protocol")]
    [InlineData(Case.TwoOpens, 400, "protocol")]
    public async Task Refuses_completely_at_once_and_says_why(Case refused, int status, string reason)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var good = await gateway.AddTokenAsync();
        var other = await gateway.AddTokenAsync("other");
        var expired = await gateway.AddTokenAsync("old", expired: true);
        var disabled = await gateway.AddTokenAsync("off", enabled: false);
        await gateway.AddApplicationAsync(
            Host,
            refused == Case.NoOrigin ? null : "tcp://127.0.0.1:1",
            PolicyAction.ServiceAuth,
            new ServiceTokenRule(good.Token.Id),
            new ServiceTokenRule(expired.Token.Id),
            new ServiceTokenRule(disabled.Token.Id));
        var id = $"Cf-Access-Client-Id: {good.Token.ClientId}\r\n";
        var secret = $"Cf-Access-Client-Secret: {good.Secret.Reveal()}\r\n";
        var head = refused switch
        {
            Case.WrongSecret => GatewayFixture.Upgrade(Host, id + $"Cf-Access-Client-Secret: {new string('0', 64)}\r\n"),
            Case.UnknownId => GatewayFixture.Upgrade(Host, $"Cf-Access-Client-Id: {new string('0', 32)}.access\r\n" + secret),
            Case.Expired => GatewayFixture.Upgrade(Host, GatewayFixture.Pair(expired)),
            Case.Disabled => GatewayFixture.Upgrade(Host, GatewayFixture.Pair(disabled)),
            Case.OnlyId => GatewayFixture.Upgrade(Host, id),
            Case.OnlySecret => GatewayFixture.Upgrade(Host, secret),
            Case.DuplicatedId => GatewayFixture.Upgrade(Host, id + id + secret),
            Case.EmptySecret => GatewayFixture.Upgrade(Host, id + "Cf-Access-Client-Secret: \r\n"),
            Case.EmptyId => GatewayFixture.Upgrade(Host, "Cf-Access-Client-Id:\r\n" + secret),
            Case.NoCredential => GatewayFixture.Upgrade(Host),
            Case.NotAdmitted => GatewayFixture.Upgrade(Host, GatewayFixture.Pair(other)),
            Case.UnknownHost => GatewayFixture.Upgrade("elsewhere.example.com", GatewayFixture.Pair(good)),
            Case.BadKey => GatewayFixture.Upgrade(Host, GatewayFixture.Pair(good)).Replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", StringComparison.Ordinal),
            Case.BadVersion => GatewayFixture.Upgrade(Host, GatewayFixture.Pair(good)).Replace("Version: 13", "Version: 8", StringComparison.Ordinal),
            Case.WithBody => GatewayFixture.Upgrade(Host, GatewayFixture.Pair(good) + "Content-Length: 3\r\n") + "abc",
            Case.TwoOpens => GatewayFixture.Upgrade(Host, GatewayFixture.Pair(good) + "Sec-WebSocket-Protocol: fastproxy.v1\r\nFastProxy-Open: app=\"a\"\r\nFastProxy-Open: app=\"b\"\r\n"),
            _ => GatewayFixture.Upgrade(Host, GatewayFixture.Pair(good)),
        };

        // At once, and with its end: within the patience of who asks, which is a fraction of every limit that could have to pass first.
        var answer = await gateway.AskAsync(head);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        var headers = HeadersOf(answer, out var body);
        Assert.Equal(reason, headers["Cf-Access-Error"]);
        Assert.Equal("close", headers["Connection"]);
        Assert.Equal(body.Length, int.Parse(headers["Content-Length"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Matches("^[0-9a-f]{16}$", headers["FastProxy-Request"]);
        Assert.Equal(headers["Cf-Ray"], headers["FastProxy-Request"]);
        Assert.DoesNotContain("Location", headers.Keys);
        using var json = JsonDocument.Parse(body);
        var error = json.RootElement.GetProperty("error");
        Assert.Equal(reason, error.GetProperty("code").GetString());
        Assert.Equal(headers["FastProxy-Request"], error.GetProperty("request_id").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.DoesNotContain(good.Secret.Reveal(), answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_named_by_its_place_in_the_configuration()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var options = new GatewayOptions
        {
            DataDirectory = "/",
            Listeners = [new ListenerOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), Tls = [] }, new ListenerOptions { Address = gateway.Address, Tls = [] }],
            Limits = GatewayFixture.Limits,
        };
        await using var second = new GatewayServer(options, gateway.Store, gateway.Decisions, NullLoggerFactory.Instance, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<GatewayStartException>(() => second.StartAsync(CancellationToken.None));
        Assert.Equal($"cannot listen: listen[1]: {gateway.Address} is in use by another process", refused.Message);
    }

    [Fact]
    public async Task Unknown_ids_and_wrong_secrets_get_the_same_answer()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var good = await gateway.AddTokenAsync();
        await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:1", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        var wrong = await gateway.AskAsync(GatewayFixture.Upgrade(Host, $"Cf-Access-Client-Id: {good.Token.ClientId}\r\nCf-Access-Client-Secret: {new string('a', 64)}\r\n"));
        var unknown = await gateway.AskAsync(GatewayFixture.Upgrade(Host, $"Cf-Access-Client-Id: {new string('1', 32)}.access\r\nCf-Access-Client-Secret: {new string('a', 64)}\r\n"));
        Assert.Equal(Neutral(wrong), Neutral(unknown));
    }

    [Fact]
    public async Task Discovery_by_head_names_domain_and_audience()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var application = await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:1", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        var headers = HeadersOf(await gateway.AskAsync($"HEAD / HTTP/1.1\r\nHost: {Host}:8443\r\n\r\n"), out _);
        Assert.Equal(Host, headers["CF-Access-Domain"]);
        Assert.Equal(application.Aud, headers["CF-Access-Aud"]);
    }

    [Fact]
    public async Task A_stock_upgrade_gets_the_banner_that_shares_a_segment_with_the_101()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        await using var origin = new EchoPeer();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        using var socket = await gateway.ConnectAsync();

        // The request and the first masked frame ("hi", key zero) in one segment.
        byte[] frame = [0x82, 0x82, 0, 0, 0, 0, (byte)'h', (byte)'i'];
        await socket.SendAsync((byte[])[.. Encoding.Latin1.GetBytes(GatewayFixture.Upgrade(Host, GatewayFixture.Pair(token))), .. frame]);
        var received = new List<byte>();
        var buffer = new byte[4096];
        byte[] echoed = [0x82, 2, (byte)'h', (byte)'i'];
        while (!received.TakeLast(4).SequenceEqual(echoed))
        {
            var count = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.NotEqual(0, count);
            received.AddRange(buffer[..count]);
        }

        var head = Encoding.Latin1.GetString([.. received.SkipLast(4)]);
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        var headers = HeadersOf(head, out var rest);
        Assert.Empty(rest);
        Assert.Equal("Upgrade", headers["Connection"]);
        Assert.Equal("websocket", headers["Upgrade"]);
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", headers["Sec-WebSocket-Accept"]);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", headers.Keys);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", headers.Keys);
    }

    [Fact]
    public async Task A_stream_without_a_session_opens_one_and_survives_a_refusal()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        await using var origin = new EchoPeer();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await using var stream = await RawStream.OpenAsync(gateway, "any.example.com", GatewayFixture.Pair(token));
        await stream.SendTextAsync("""{"type":"open","id":1,"app":"elsewhere.example.com"}""");
        await stream.SendBinaryAsync("sent ahead, and for nobody"u8.ToArray());
        Assert.Equal("app_unknown", (await stream.ReadTextAsync()).GetProperty("code").GetString());
        await stream.SendTextAsync($$"""{"type":"open","id":2,"app":"{{Host}}"}""");
        Assert.Equal("opened", (await stream.ReadTextAsync()).GetProperty("type").GetString());
        await stream.SendBinaryAsync("ping!"u8.ToArray());
        Assert.Equal("ping!"u8.ToArray(), await stream.ReadBinaryAsync());
        await stream.SendTextAsync("""{"type":"eof","id":2}""");
        Assert.Equal("eof", (await stream.ReadTextAsync()).GetProperty("type").GetString());
        var closed = await stream.ReadTextAsync();
        Assert.Equal("ok", closed.GetProperty("code").GetString());
        Assert.Equal(5, closed.GetProperty("up").GetInt64());
        Assert.Equal(5, closed.GetProperty("down").GetInt64());
    }

    [Fact]
    public async Task A_stranger_writes_nothing_to_the_decision_log_by_asking_wrongly()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        var answer = await gateway.AskAsync(GatewayFixture.Upgrade(Host).Replace("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 7", StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);

        await gateway.AddApplicationAsync("blocked.example.com", null, PolicyAction.Block, new EveryoneRule());
        Assert.StartsWith("HTTP/1.1 403 ", await gateway.AskAsync(GatewayFixture.Upgrade("blocked.example.com")), StringComparison.Ordinal);

        // What is written comes in order: once the last refusal is there, the others are not to come.
        await gateway.AddApplicationAsync(Host, null, PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await gateway.AskAsync(GatewayFixture.Upgrade(Host, GatewayFixture.Pair(token)));
        IReadOnlyList<DecisionRecord> records;
        var asked = TimeProvider.System.GetTimestamp();
        while ((records = await gateway.Decisions.ReadAsync(10, deniedOnly: true, CancellationToken.None)).Count == 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(asked) < TimeSpan.FromSeconds(60), "the refusal was not written down");
            await Task.Delay(10);
        }

        Assert.Equal("origin_unset", Assert.Single(records).Reason);
    }

    [Theory]
    [InlineData("disable")]
    [InlineData("delete-policy")]
    [InlineData("delete-application")]
    public async Task A_live_session_ends_within_a_second_of_what_admitted_it(string how)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        await using var origin = new EchoPeer();
        var application = await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token) + $"FastProxy-Open: app=\"{Host}\"\r\n");
        await stream.SendBinaryAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await stream.ReadBinaryAsync());
        switch (how)
        {
            case "disable":
                Assert.True((await gateway.Store.UpdateTokenAsync(token.Token.Id, t => t with { Enabled = false }, CancellationToken.None)).IsOk);
                break;
            case "delete-policy":
                Assert.True((await gateway.Store.RemovePolicyAsync(application.Id, application.Policies[0].Id, CancellationToken.None)).IsOk);
                break;
            default:
                Assert.True((await gateway.Store.DeleteApplicationAsync(application.Id, CancellationToken.None)).IsOk);
                break;
        }

        var closed = await stream.ReadTextAsync();
        Assert.Equal("closed", closed.GetProperty("type").GetString());
        Assert.Equal("revoked", closed.GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_unrelated_change_leaves_live_sessions_alone()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        await using var origin = new EchoPeer();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token) + $"FastProxy-Open: app=\"{Host}\"\r\n");
        await gateway.AddTokenAsync("another");
        await gateway.AddApplicationAsync("other.example.com", "tcp://127.0.0.1:1", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        await stream.SendBinaryAsync("still here"u8.ToArray());
        Assert.Equal("still here"u8.ToArray(), await stream.ReadBinaryAsync());
    }

    [Fact]
    public async Task Stopping_lets_sessions_finish_and_refuses_new_ones()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        await using var origin = new EchoPeer();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token) + $"FastProxy-Open: app=\"{Host}\"\r\n");
        var stopping = gateway.Server.StopAsync(CancellationToken.None);
        Assert.Equal("""{"type":"drain","code":"shutdown","last":1}""", (await stream.ReadTextAsync()).GetRawText());
        await stream.SendBinaryAsync("last"u8.ToArray());
        Assert.Equal("last"u8.ToArray(), await stream.ReadBinaryAsync());
        Assert.False(stopping.IsCompleted);
        await Assert.ThrowsAsync<SocketException>(gateway.ConnectAsync);
        await stream.SendTextAsync("""{"type":"eof","id":1}""");
        Assert.Equal("eof", (await stream.ReadTextAsync()).GetProperty("type").GetString());
        Assert.Equal("ok", (await stream.ReadTextAsync()).GetProperty("code").GetString());
        Assert.Equal((CloseCode.GoingAway, "shutdown"), await stream.ReadCloseAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Limits_name_themselves()
    {
        await using var gateway = await GatewayFixture.StartAsync(GatewayFixture.Limits with { SessionsPerToken = 1 });
        var token = await gateway.AddTokenAsync();
        await using var origin = new EchoPeer();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await using var first = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token) + $"FastProxy-Open: app=\"{Host}\"\r\n");
        var answer = await gateway.AskAsync(GatewayFixture.Upgrade(Host, GatewayFixture.Pair(token)));
        Assert.StartsWith("HTTP/1.1 429 ", answer, StringComparison.Ordinal);
        var headers = HeadersOf(answer, out var body);
        Assert.Equal("limit_sessions", headers["Cf-Access-Error"]);
        Assert.Equal("1", headers["Retry-After"]);
        Assert.Contains("limits.sessions_per_token", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Descriptors_that_run_out_refuse_sessions_and_streams_and_come_back()
    {
        // Two sessions hold four, each a connection and an origin; the fifth goes to whoever asks, and there is none for its origin.
        await using var gateway = await GatewayFixture.StartAsync(GatewayFixture.Limits with { Descriptors = 5, Streams = 5, Sessions = 5 });
        var token = await gateway.AddTokenAsync();
        await using var origin = new EchoPeer();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        var open = GatewayFixture.Pair(token) + $"FastProxy-Open: app=\"{Host}\"\r\n";
        await using var first = await RawStream.OpenAsync(gateway, Host, open);
        await using (await RawStream.OpenAsync(gateway, Host, open))
        {
            var answer = await gateway.AskAsync(GatewayFixture.Upgrade(Host, GatewayFixture.Pair(token)));
            Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
            var headers = HeadersOf(answer, out var body);
            Assert.Equal("overloaded", headers["Cf-Access-Error"]);
            Assert.Equal("1", headers["Retry-After"]);
            Assert.Contains("LimitNOFILE", body, StringComparison.Ordinal);
        }

        await Eventually.IsTrueAsync(() => gateway.Server.Counters is { Sessions: 1, Descriptors: 2 });
        await using var third = await RawStream.OpenAsync(gateway, Host, open);
    }

    [Fact]
    public async Task Address_rules_behind_a_trusted_proxy_see_what_it_says()
    {
        await using var gateway = await GatewayFixture.StartAsync(trustedProxies: [System.Net.IPNetwork.Parse("127.0.0.0/8")]);
        await using var origin = new EchoPeer();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new IpRule(System.Net.IPNetwork.Parse("192.0.2.0/24")));
        await gateway.AddApplicationAsync("lan.example.com", $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new IpRule(System.Net.IPNetwork.Parse("127.0.0.0/8")));

        await using var admitted = await RawStream.OpenAsync(gateway, Host, $"X-Forwarded-For: 192.0.2.7\r\nFastProxy-Open: app=\"{Host}\"\r\n");
        foreach (var (host, header) in new[] { (Host, "X-Forwarded-For: 192.0.2.7, 198.51.100.1\r\n"), (Host, ""), ("lan.example.com", "") })
        {
            Assert.StartsWith("HTTP/1.1 40", await gateway.AskAsync(GatewayFixture.Upgrade(host, header)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_session_whose_beginning_fails_gives_its_place_and_its_origin_back()
    {
        using var loggers = new FailingLogger("SessionBegan");
        await using var gateway = await GatewayFixture.StartAsync(loggers: loggers);
        var token = await gateway.AddTokenAsync();
        await using var origin = new EchoPeer();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync(Encoding.Latin1.GetBytes(GatewayFixture.Upgrade(Host, GatewayFixture.Pair(token))));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await origin.WaitForEndedAsync(1, patience.Token);
        await Eventually.IsTrueAsync(() => gateway.Server.Sessions == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.exam")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.example.com\r\nX: ")]
    public async Task A_client_that_does_not_finish_its_request_is_dropped_while_others_are_served(string start)
    {
        await using var gateway = await GatewayFixture.StartAsync(GatewayFixture.Limits with { HandshakeTimeout = TimeSpan.FromSeconds(3) });
        await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:1", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        var slow = gateway.AskAsync(start);

        // On a machine that stands still for long enough the others are slow ones too.
        string other;
        var asked = TimeProvider.System.GetTimestamp();
        do
        {
            other = await gateway.AskAsync(GatewayFixture.Upgrade(Host));
        }
        while ((other.Length == 0 || other.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal)) && TimeProvider.System.GetElapsedTime(asked) < TimeSpan.FromSeconds(60));

        Assert.StartsWith("HTTP/1.1 401 ", other, StringComparison.Ordinal);
        var answer = await slow.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), answer);
    }

    private static string Neutral(string answer) =>
        System.Text.RegularExpressions.Regex.Replace(answer, "[0-9a-f]{16}|Date: [^\r]*", "-");

    private static Dictionary<string, string> HeadersOf(string answer, out string body)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        body = answer[(end + 4)..];
        return answer[..end].Split("\r\n").Skip(1).Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
    }
}
