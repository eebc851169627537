using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using FastProxy.Cli.Api;
using FastProxy.Client.Connecting;
using FastProxy.Testing;

namespace FastProxy.Tests.Cli.Api;

public sealed class ApiClientTests
{
    private const string Unknown = "it is not known whether the change was made";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData(" \n", null)]
    [InlineData("fpat_0", "fpat_0")]
    [InlineData(" fpat_0\r\n", "fpat_0")]
    public void A_token_may_end_in_the_newline_of_its_file(string? text, string? token) => Assert.Equal(token, ApiClient.ReadToken(text));

    [Theory]
    [InlineData("fpat_0\nfpat_1")]
    [InlineData("fpat_\u00e9")]
    [InlineData("fpat_0\0")]
    public void What_is_no_token_is_told_without_showing_it(string text) =>
        Assert.DoesNotContain("fpat_", Assert.Throws<ApiFailure>(() => ApiClient.ReadToken(text)).Why, StringComparison.Ordinal);

    [Fact]
    public async Task A_change_that_is_not_answered_in_time_may_have_been_made()
    {
        var time = new ManualTime();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        using var api = Connect(server, time);
        var call = api.PostAsync("service_tokens", [], CancellationToken.None);
        using var request = await AcceptAsync(server);

        time.Advance(TimeSpan.FromSeconds(30));

        var failure = await Assert.ThrowsAsync<ApiFailure>(() => call.WaitAsync(s_patience));
        Assert.Equal($"no answer from the API at http://127.0.0.1:{PortOf(server)}/: none within 30 s; {Unknown}", failure.Message);
        Assert.True(failure.IsOutcomeUnknown);
        Assert.Contains("before you do it again", failure.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_is_not_answered_in_time_has_changed_nothing()
    {
        var time = new ManualTime();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        using var api = Connect(server, time);
        var call = api.GetAsync("apps", CancellationToken.None);
        using var request = await AcceptAsync(server);

        time.Advance(TimeSpan.FromSeconds(30));

        var failure = await Assert.ThrowsAsync<ApiFailure>(() => call.WaitAsync(s_patience));
        Assert.DoesNotContain(Unknown, failure.Why, StringComparison.Ordinal);
        Assert.False(failure.IsOutcomeUnknown);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_is_lost_before_the_answer_leaves_open_what_a_change_has_done(bool changes)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        using var api = Connect(server, TimeProvider.System);
        var call = changes ? api.PutAsync("groups/1", [], CancellationToken.None) : api.GetAsync("groups/1", CancellationToken.None);
        (await AcceptAsync(server)).Dispose();

        var failure = await Assert.ThrowsAsync<ApiFailure>(() => call.WaitAsync(s_patience));
        Assert.StartsWith("no answer from ", failure.What, StringComparison.Ordinal);
        Assert.Equal((changes, changes), (failure.IsOutcomeUnknown, failure.Why.Contains(Unknown, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_declaration_has_minutes()
    {
        var time = new ManualTime();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        using var api = Connect(server, time);
        var call = api.DeclareAsync(new JsonObject { ["groups"] = new JsonArray() }, dryRun: false, CancellationToken.None);
        using var request = await AcceptAsync(server);

        time.Advance(TimeSpan.FromMinutes(9));
        const string Answer = """{"success":true,"errors":[],"messages":[],"result":{"changes":[]}}""";
        await request.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Answer.Length}\r\n\r\n{Answer}"));

        Assert.Equal(0, (await call.WaitAsync(s_patience)).GetProperty("changes").GetArrayLength());
    }

    [Fact]
    public async Task A_dry_run_that_is_not_answered_has_changed_nothing()
    {
        var time = new ManualTime();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        using var api = Connect(server, time);
        var call = api.DeclareAsync([], dryRun: true, CancellationToken.None);
        using var request = await AcceptAsync(server);

        time.Advance(TimeSpan.FromHours(1));

        Assert.False((await Assert.ThrowsAsync<ApiFailure>(() => call.WaitAsync(s_patience))).IsOutcomeUnknown);
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_can_have_happened()
    {
        int port;
        using (var server = new TcpListener(IPAddress.Loopback, 0))
        {
            server.Start();
            port = PortOf(server);
        }

        Assert.True(ApiAddress.TryParse($"http://127.0.0.1:{port}", out var address, out _));
        using var api = new ApiClient(address, null, TrustRoots.System, null, TimeProvider.System);
        var failure = await Assert.ThrowsAsync<ApiFailure>(() => api.PostAsync("apps", CancellationToken.None).WaitAsync(s_patience));
        Assert.StartsWith("cannot reach ", failure.What, StringComparison.Ordinal);
        Assert.False(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task A_later_change_that_reaches_nobody_cannot_have_been_made()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        using var api = Connect(server, TimeProvider.System);
        await AnswerAsync(server, api);
        server.Stop();

        var failure = await Assert.ThrowsAsync<ApiFailure>(() => api.PostAsync("apps", CancellationToken.None).WaitAsync(s_patience));

        Assert.StartsWith("cannot reach ", failure.What, StringComparison.Ordinal);
        Assert.False(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task A_later_change_that_is_lost_may_have_been_made_and_is_not_made_again()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        using var api = Connect(server, TimeProvider.System);
        await AnswerAsync(server, api);
        var call = api.PostAsync("service_tokens/1/rotate", CancellationToken.None);
        (await AcceptAsync(server)).Dispose();

        Assert.True((await Assert.ThrowsAsync<ApiFailure>(() => call.WaitAsync(s_patience))).IsOutcomeUnknown);
        Assert.False(server.Pending());
    }

    /// <summary>A call that is answered, over a connection that stays open for another.</summary>
    private static async Task AnswerAsync(TcpListener server, ApiClient api)
    {
        var call = api.GetAsync("apps", CancellationToken.None);
        using var request = await AcceptAsync(server);
        const string Answer = """{"success":true,"errors":[],"messages":[],"result":{}}""";
        await request.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Answer.Length}\r\n\r\n{Answer}"));
        await call.WaitAsync(s_patience);
    }

    private static ApiClient Connect(TcpListener server, TimeProvider time)
    {
        server.Start();
        Assert.True(ApiAddress.TryParse($"http://127.0.0.1:{PortOf(server)}", out var address, out _));
        return new ApiClient(address, null, TrustRoots.System, null, time);
    }

    private static int PortOf(TcpListener server) => ((IPEndPoint)server.LocalEndpoint).Port;

    /// <summary>The client's connection, once the head of its request has come.</summary>
    private static async Task<Socket> AcceptAsync(TcpListener server)
    {
        var socket = await server.AcceptSocketAsync().WaitAsync(s_patience);
        var head = new StringBuilder();
        var buffer = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer).WaitAsync(s_patience);
            Assert.NotEqual(0, count);
            head.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return socket;
    }
}
