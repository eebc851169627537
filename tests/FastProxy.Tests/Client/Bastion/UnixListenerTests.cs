using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Tests.Gateway;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Client.Bastion;

public sealed class UnixListenerTests
{
    private static readonly string[] s_apps = ["a.test.localhost", "b.test.localhost"];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Carries_bytes_that_came_behind_the_request_and_half_closes()
    {
        await using var origin = new HalfClosePeer(received => Encoding.ASCII.GetBytes($"{received.Length} {received.Sha256}"));
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: "a.test.localhost")]);
        foreach (var behind in new[] { "", "x", new string('y', 7000) })
        {
            var (socket, head) = await bastion.ConnectAsync("A.test.localhost.", behind);
            using (socket)
            {
                Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
                var sent = RandomNumberGenerator.GetBytes(300_000);
                await socket.SendAsync(sent);
                socket.Shutdown(SocketShutdown.Send);
                var all = Encoding.ASCII.GetBytes(behind).Concat(sent).ToArray();
                Assert.Equal(
                    $"{all.Length} {Convert.ToHexStringLower(SHA256.HashData(all))}",
                    Encoding.ASCII.GetString(await ReadToEndAsync(socket)).ToLowerInvariant());
            }
        }
    }

    [Fact]
    public async Task Sessions_bytes_and_refusals_are_counted_exactly()
    {
        await using var origin = new EchoPeer();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: ["a.test.localhost", "c.test.localhost"])]);
        for (var round = 0; round < 2; round++)
        {
            var (socket, _) = await bastion.ConnectAsync("a.test.localhost", "hello");
            using (socket)
            {
                socket.Shutdown(SocketShutdown.Send);
                Assert.Equal("hello"u8.ToArray(), await ReadToEndAsync(socket));
            }
        }

        foreach (var refused in new[] { "b.test.localhost", "b.test.localhost", "c.test.localhost" })
        {
            (await bastion.ConnectAsync(refused)).Socket.Dispose();
        }

        await Eventually.IsTrueAsync(() => bastion.Server.Counters is { Sessions: 0 } now && now.SessionsEnded.Sum() == 2 && now.Refusals.Sum() == 3);
        var counters = bastion.Server.Counters;
        Assert.Equal(2, counters.SessionsEnded[(int)ReasonCode.Ok]);
        Assert.Equal((10L, 10L), (counters.BytesUp, counters.BytesDown));
        Assert.Equal((2L, 1L), (counters.Refusals[(int)ReasonCode.PolicyDenied], counters.Refusals[(int)ReasonCode.AppUnknown]));
    }

    [Fact]
    public async Task A_user_who_says_nothing_gets_so_many_connections_and_no_more()
    {
        await using var origin = new EchoPeer();

        // The bastion's clock stands still: on a slow machine its patience with the first would end before the last is there.
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: "a.test.localhost")], timeProvider: new ManualTime());
        var silent = new List<Socket>();
        try
        {
            for (var i = 0; i < UserBastion.Sessions / 4; i++)
            {
                await SayNothingAsync();
            }

            // They are counted when their turn comes, which need not be before that of one that came after them: then it is one of them that
            // was refused in its place, and another one has to take that.
            var asked = TimeProvider.System.GetTimestamp();
            string head;
            do
            {
                (var socket, head) = await bastion.ConnectAsync("a.test.localhost");
                socket.Dispose();
                await SayNothingAsync();
            }
            while (head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) && TimeProvider.System.GetElapsedTime(asked) < s_patience);
            Assert.StartsWith("HTTP/1.1 429 ", head, StringComparison.Ordinal);
            Assert.Contains("Cf-Access-Error: limit_sessions\r\n", head, StringComparison.Ordinal);
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }

        // What the silent ones held comes back when they go.
        var patience = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (socket, head) = await bastion.ConnectAsync("a.test.localhost");
            socket.Dispose();
            if (head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
            {
                break;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(patience) < s_patience, head);
        }

        async Task SayNothingAsync()
        {
            try
            {
                silent.Add(await bastion.BeginAsync("CONNECT "));
            }
            catch (SocketException)
            {
                // Refused before it had said that much.
            }
        }
    }

    [Fact]
    public async Task A_request_in_single_bytes_is_the_same_request()
    {
        await using var origin = new EchoPeer();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: "a.test.localhost")]);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(bastion.Path));
        foreach (var b in "CONNECT a.test.localhost HTTP/1.1\r\nHost: x\r\n\r\nhello"u8.ToArray())
        {
            await socket.SendAsync(new[] { b });
        }

        socket.Shutdown(SocketShutdown.Send);
        Assert.EndsWith("\r\n\r\nhello", Encoding.ASCII.GetString(await ReadToEndAsync(socket)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CONNECT b.test.localhost:22 HTTP/1.1\r\n\r\n", "403", "policy_denied")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "400", "protocol")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "400", "protocol")]
    [InlineData("CONNECT c.test.localhost:22 HTTP/1.1\r\n\r\n", "404", "app_unknown")]
    public async Task Refuses_with_the_status_and_the_code(string request, string status, string code)
    {
        await using var bastion = await UserBastion.StartAsync("tcp://127.0.0.1:1", s_apps, b => [b.Rule(UserBastion.Me, hostnames: ["a.test.localhost", "c.test.localhost"])]);
        var (socket, head) = await bastion.AskAsync(request);
        using (socket)
        {
            Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
            Assert.Contains($"\r\nCf-Access-Error: {code}\r\n", head, StringComparison.Ordinal);
            var body = Encoding.UTF8.GetString(await ReadToEndAsync(socket));
            Assert.Contains($"\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n", head, StringComparison.Ordinal);
            using var json = System.Text.Json.JsonDocument.Parse(body);
            Assert.Equal(code, json.RootElement.GetProperty("error").GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task The_200_never_comes_before_the_gateway_has_opened()
    {
        await using var bastion = await UserBastion.StartAsync("tcp://127.0.0.1:1", s_apps, b => [b.Rule(UserBastion.Me, hostnames: "a.test.localhost")]);
        var (socket, head) = await bastion.ConnectAsync("a.test.localhost");
        socket.Dispose();
        Assert.StartsWith("HTTP/1.1 502 ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nCf-Access-Error: origin_refused\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nFastProxy-Request: ", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_whom_no_rule_names_is_answered_unread()
    {
        await using var bastion = await UserBastion.StartAsync("tcp://127.0.0.1:1", s_apps, b => [b.Rule(UserBastion.Me + 1, hostnames: "a.test.localhost")]);
        var (socket, head) = await bastion.AskAsync("");
        socket.Dispose();
        Assert.StartsWith("HTTP/1.1 403 ", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_has_no_more_sessions_than_the_rule_says_and_gets_a_place_back()
    {
        await using var origin = new EchoPeer();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, sessions: 2, hostnames: s_apps)]);
        var (first, _) = await bastion.ConnectAsync("a.test.localhost");
        var (second, _) = await bastion.ConnectAsync("b.test.localhost");
        var (third, refused) = await bastion.ConnectAsync("a.test.localhost");
        third.Dispose();
        Assert.StartsWith("HTTP/1.1 429 ", refused, StringComparison.Ordinal);
        Assert.Contains("\r\nCf-Access-Error: limit_sessions\r\n", refused, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: ", refused, StringComparison.Ordinal);

        first.Dispose();
        await Eventually.IsTrueAsync(() => bastion.Server.Sessions == 1);
        var (fourth, head) = await bastion.ConnectAsync("a.test.localhost");
        Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
        fourth.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_reload_ends_what_the_new_rules_do_not_admit_and_nothing_else()
    {
        await using var origin = new EchoPeer();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: s_apps)]);
        var (a, _) = await bastion.ConnectAsync("a.test.localhost");
        var (b, _) = await bastion.ConnectAsync("b.test.localhost");
        using (a)
        using (b)
        {
            await bastion.ReloadAsync(bastion.Rule(UserBastion.Me, hostnames: "b.test.localhost"));
            Assert.Empty(await ReadToEndAsync(a));
            await b.SendAsync("still"u8.ToArray());
            var echo = new byte[5];
            Assert.Equal(5, await b.ReceiveAsync(echo).WaitAsync(s_patience));
            Assert.Equal("still"u8.ToArray(), echo);

            var (denied, head) = await bastion.ConnectAsync("a.test.localhost");
            denied.Dispose();
            Assert.StartsWith("HTTP/1.1 403 ", head, StringComparison.Ordinal);

            await bastion.ReloadAsync(bastion.Rule(UserBastion.Me, token: "other", hostnames: "b.test.localhost"));
            Assert.Empty(await ReadToEndAsync(b));
        }

        await Eventually.IsTrueAsync(() => bastion.Server.Sessions == 0);
    }

    [Fact]
    public async Task Who_connected_before_a_reload_and_asks_after_it_is_judged_by_the_new_rules()
    {
        await using var origin = new EchoPeer();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: "b.test.localhost")]);
        using var first = await bastion.BeginAsync("CONNECT a.test.");
        using var second = await bastion.BeginAsync("CONNECT a.test.");

        // Both are past the first look at the rules: the third, which came later, has been told by them what it may not.
        var (third, refused) = await bastion.ConnectAsync("a.test.localhost");
        third.Dispose();
        Assert.StartsWith("HTTP/1.1 403 ", refused, StringComparison.Ordinal);
        await bastion.ReloadAsync(bastion.Rule(UserBastion.Me, sessions: 1, token: "other", hostnames: "a.test.localhost"));
        await first.SendAsync("localhost HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 200 ", await UserBastion.HeadAsync(first), StringComparison.Ordinal);
        await second.SendAsync("localhost HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 429 ", await UserBastion.HeadAsync(second), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_lets_go_of_the_streams_to_a_gateway_that_it_names_no_more()
    {
        await using var origin = new EchoPeer();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: s_apps)]);
        var (socket, head) = await bastion.ConnectAsync("a.test.localhost");
        socket.Dispose();
        Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
        await bastion.ReloadAsync(bastion.Rule(UserBastion.Me, hostnames: "*.test.localhost"));
        Assert.Single(bastion.Server.Pools.Counters);

        var options = bastion.Options([bastion.Rule(UserBastion.Me, hostnames: s_apps)]);
        var listener = Assert.IsType<UnixListener>(options.Listeners[0]);
        Assert.True(AppUrl.TryParse($"http://localhost:{listener.Gateway!.Port}", PlainHttp.Loopback, out var elsewhere, out _));
        await bastion.Server.ReloadAsync(options with { Listeners = [listener with { Gateway = elsewhere }] }, TrustRoots.System, CancellationToken.None);
        Assert.Equal($"http://localhost:{listener.Gateway.Port}", Assert.Single(bastion.Server.Pools.Counters).Gateway);
    }

    [Fact]
    public async Task The_log_has_a_users_name_beside_the_number()
    {
        await using var origin = new EchoPeer();
        using var log = new LineLog();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: s_apps[0])], log);
        var number = UserBastion.Me.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var name = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(fields => fields[2] == number)?[0] ?? "-";

        var (refused, _) = await bastion.ConnectAsync("elsewhere.test.localhost");
        refused.Dispose();
        Assert.Contains($"User {number} ({name}, process {Environment.ProcessId}) was refused elsewhere.test.localhost", await log.ReadAsync("BastionUserRefused"), StringComparison.Ordinal);
        var (socket, head) = await bastion.ConnectAsync(s_apps[0]);
        Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
        socket.Dispose();
        Assert.Contains($" of user {number} ({name}, process {Environment.ProcessId}) to {s_apps[0]} ", await log.ReadAsync("BastionUserSessionEnded"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_the_gateway_refuses_is_told_at_the_start_and_a_reload_with_the_right_secret_mends_it()
    {
        await using var origin = new EchoPeer();
        using var log = new LineLog();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [Wrong(b)], log, TimeProvider.System);

        // On a machine that is slow enough the first dials may just take too long.
        while (!(await log.ReadAsync("BastionPoolInTrouble")).Contains("[reason=token_unknown]", StringComparison.Ordinal))
        {
        }

        await bastion.ReloadAsync(bastion.Rule(UserBastion.Me, hostnames: s_apps[0]));
        await log.ReadAsync("BastionPoolIsWell");

        static BastionRule Wrong(UserBastion bastion)
        {
            var rule = bastion.Rule(UserBastion.Me, hostnames: s_apps[0]);
            return rule with { Credential = new ClientCredential(rule.Credential.Service! with { ClientSecret = new Secret("wrong") }, null) };
        }
    }

    [Fact]
    public async Task A_reload_that_cannot_change_a_mode_changes_nothing()
    {
        await using var origin = new EchoPeer();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: "a.test.localhost")]);
        var options = bastion.Options([bastion.Rule(UserBastion.Me, hostnames: "a.test.localhost")]);
        var first = Assert.IsType<UnixListener>(options.Listeners[0]);
        var second = first with { Path = bastion.Path + "2" };
        File.Delete(bastion.Path);
        await Assert.ThrowsAnyAsync<IOException>(() => bastion.Server.ReloadAsync(
            options with { Listeners = [second, first with { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite }] }, TrustRoots.System, CancellationToken.None));
        Assert.Single(bastion.Server.Addresses);
        await Eventually.IsTrueAsync(() => !File.Exists(second.Path));

        // Nothing is left over that stands in the next one's way.
        await bastion.Server.ReloadAsync(options with { Listeners = [second, first] }, TrustRoots.System, CancellationToken.None);
        Assert.Equal(2, bastion.Server.Addresses.Count);
    }

    [Fact]
    public async Task A_reload_that_cannot_bind_changes_nothing()
    {
        await using var origin = new EchoPeer();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: "a.test.localhost")]);
        var options = bastion.Options([bastion.Rule(UserBastion.Me + 1, hostnames: "a.test.localhost")]);
        var impossible = Assert.IsType<UnixListener>(options.Listeners[0]) with { Path = "/nonexistent/dir/s" };
        await Assert.ThrowsAsync<IOException>(() => bastion.Server.ReloadAsync(options with { Listeners = [.. options.Listeners, impossible] }, TrustRoots.System, CancellationToken.None));

        var (socket, head) = await bastion.ConnectAsync("a.test.localhost");
        socket.Dispose();
        Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_directory_of_the_socket_is_made_where_only_that_is_missing()
    {
        await using var origin = new EchoPeer();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: "a.test.localhost")]);
        var options = bastion.Options([bastion.Rule(UserBastion.Me, hostnames: "a.test.localhost")]);
        var first = Assert.IsType<UnixListener>(options.Listeners[0]);
        var directory = Path.Combine(Path.GetDirectoryName(first.Path)!, "run");
        await bastion.Server.ReloadAsync(options with { Listeners = [first with { Path = $"{directory}/s" }] }, TrustRoots.System, CancellationToken.None);
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(directory)); // 0755
        Assert.True(File.Exists($"{directory}/s"));
    }

    [Fact]
    public async Task A_reload_adds_and_removes_listeners_and_the_mode_follows()
    {
        await using var origin = new EchoPeer();
        await using var bastion = await UserBastion.StartAsync($"tcp://127.0.0.1:{origin.Port}", s_apps, b => [b.Rule(UserBastion.Me, hostnames: "a.test.localhost")]);
        var options = bastion.Options([bastion.Rule(UserBastion.Me, hostnames: "a.test.localhost")]);
        var first = Assert.IsType<UnixListener>(options.Listeners[0]);
        var second = first with { Path = bastion.Path + "2", Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite };

        await bastion.Server.ReloadAsync(options with { Listeners = [first, second] }, TrustRoots.System, CancellationToken.None);
        Assert.Equal(2, bastion.Server.Addresses.Count);
        Assert.Equal(second.Mode, File.GetUnixFileMode(second.Path));

        await bastion.Server.ReloadAsync(options with { Listeners = [second with { Mode = UnixListener.DefaultMode }] }, TrustRoots.System, CancellationToken.None);
        Assert.Equal(UnixListener.DefaultMode, File.GetUnixFileMode(second.Path));
        await Eventually.IsTrueAsync(() => !File.Exists(first.Path));
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[65536];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer).WaitAsync(s_patience)) > 0;)
            {
                all.Write(buffer, 0, count);
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            // A unix socket whose end was cut with something unread says so.
        }

        return all.ToArray();
    }
}
