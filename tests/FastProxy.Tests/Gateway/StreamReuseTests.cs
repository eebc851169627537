using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Gateway;

/// <summary>One stream, many sessions: what the gateway says and does between and around them.</summary>
public sealed class StreamReuseTests
{
    private const string Host = "app.example.com";
    private const string Other = "other.example.com";

    [Fact]
    public async Task Sessions_follow_one_another_and_are_counted_each_for_itself()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        await using var stream = await OpenAsync(gateway, origin.Port);
        for (var id = 1; id <= 3; id++)
        {
            await stream.SendTextAsync($$"""{"type":"open","id":{{id}}}""");
            await ExpectAsync(stream, "opened", id);
            var bytes = RandomNumberGenerator.GetBytes(100 * id);
            await stream.SendBinaryAsync(bytes);
            Assert.Equal(bytes, await stream.ReadBinaryAsync());
            await stream.SendTextAsync($$"""{"type":"eof","id":{{id}}}""");
            await ExpectAsync(stream, "eof", id);
            var closed = await ExpectAsync(stream, "closed", id);
            Assert.Equal("ok", closed.GetProperty("code").GetString());
            Assert.Equal(bytes.Length, closed.GetProperty("up").GetInt64());
            Assert.Equal(bytes.Length, closed.GetProperty("down").GetInt64());
        }

        Assert.Equal(3, origin.Accepted);
    }

    [Fact]
    public async Task A_stream_whose_first_session_came_with_the_upgrade_goes_on_with_the_second()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        await using var stream = await OpenAsync(gateway, origin.Port, $"FastProxy-Open: app=\"{Host}\"\r\n");
        await stream.SendTextAsync("""{"type":"eof","id":1}""");
        await ExpectAsync(stream, "eof", 1);
        await ExpectAsync(stream, "closed", 1);
        await stream.SendTextAsync("""{"type":"open","id":2}""");
        await ExpectAsync(stream, "opened", 2);
    }

    [Fact]
    public async Task Bytes_and_eof_ahead_of_opened_reach_the_origin()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new HalfClosePeer(received => Encoding.ASCII.GetBytes($"{received.Length} {received.Sha256}"));
        await using var stream = await OpenAsync(gateway, origin.Port);
        var bytes = RandomNumberGenerator.GetBytes(StreamProtocol.MostAhead);
        await stream.SendTextAsync("""{"type":"open","id":1}""");
        await stream.SendBinaryAsync(bytes[..1000]);
        await stream.SendBinaryAsync(bytes[1000..]);
        await stream.SendTextAsync("""{"type":"eof","id":1}""");
        await ExpectAsync(stream, "opened", 1);
        Assert.Equal($"{bytes.Length} {Convert.ToHexStringLower(SHA256.HashData(bytes))}", Encoding.ASCII.GetString(await stream.ReadBinaryAsync()).ToLowerInvariant());
        await ExpectAsync(stream, "eof", 1);
        Assert.Equal(bytes.Length, (await ExpectAsync(stream, "closed", 1)).GetProperty("up").GetInt64());
    }

    [Fact]
    public async Task More_than_64_KiB_ahead_of_opened_breaks_the_protocol()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new SilentPeer();
        await using var stream = await OpenAsync(gateway, origin.Port, scheme: "https");
        await stream.SendTextAsync("""{"type":"open","id":1}""");
        await stream.SendBinaryAsync(new byte[StreamProtocol.MostAhead + 1]);
        Assert.Equal(CloseCode.ProtocolError, (await stream.ReadCloseAsync()).Code);
    }

    [Fact]
    public async Task A_reset_while_the_origin_is_dialled_ends_the_dial_and_leaves_the_stream()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var silent = new SilentPeer();
        await using var origin = new EchoPeer();
        await using var stream = await OpenAsync(gateway, silent.Port, scheme: "https");
        await gateway.AddApplicationAsync(Other, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await stream.SendTextAsync("""{"type":"open","id":1}""");
        await silent.WaitForAcceptedAsync(1, patience.Token);
        await stream.SendTextAsync("""{"type":"reset","id":1}""");
        Assert.Equal("client_reset", (await ExpectAsync(stream, "closed", 1)).GetProperty("code").GetString());
        await stream.SendTextAsync($$"""{"type":"open","id":2,"app":"{{Other}}"}""");
        await ExpectAsync(stream, "opened", 2);
        await Eventually.IsTrueAsync(() => gateway.Server.Sessions == 1);
    }

    [Fact]
    public async Task A_client_that_goes_away_while_the_origin_is_dialled_ends_the_dial()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var silent = new SilentPeer();
        await using (var stream = await OpenAsync(gateway, silent.Port, scheme: "https"))
        {
            await stream.SendTextAsync("""{"type":"open","id":1}""");
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await silent.WaitForAcceptedAsync(1, patience.Token);
            Assert.Equal(1, gateway.Server.Sessions);
        }

        await Eventually.IsTrueAsync(() => gateway.Server.Sessions == 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_reaches_the_origin_even_after_eof_and_leaves_the_stream(bool afterEof)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new WaitingPeer();
        await using var stream = await OpenAsync(gateway, origin.Port);
        await stream.SendTextAsync("""{"type":"open","id":1}""");
        await ExpectAsync(stream, "opened", 1);
        if (afterEof)
        {
            await stream.SendTextAsync("""{"type":"eof","id":1}""");
        }

        await stream.SendTextAsync("""{"type":"reset","id":1}""");
        Assert.Equal("client_reset", (await ExpectAsync(stream, "closed", 1)).GetProperty("code").GetString());
        Assert.True(await origin.WasReset.WaitAsync(TimeSpan.FromSeconds(60)));
        await stream.SendTextAsync("""{"type":"open","id":2}""");
        await ExpectAsync(stream, "opened", 2);
    }

    [Fact]
    public async Task An_origin_that_resets_ends_its_session_and_not_the_stream()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new ResetPeer(1);
        await using var stream = await OpenAsync(gateway, origin.Port);
        for (var id = 1; id <= 2; id++)
        {
            await stream.SendTextAsync($$"""{"type":"open","id":{{id}}}""");
            await ExpectAsync(stream, "opened", id);
            await stream.SendBinaryAsync(new byte[100_000]);
            Assert.Equal("origin_reset", (await ExpectAsync(stream, "closed", id)).GetProperty("code").GetString());

            // Still under way when the origin broke: it is dropped, and nobody else's session sees it.
            await stream.SendBinaryAsync(new byte[1_000_000]);
            await stream.SendTextAsync($$"""{"type":"eof","id":{{id}}}""");
        }
    }

    [Fact]
    public async Task More_than_16_MiB_after_the_end_of_a_session_breaks_the_protocol()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var stream = await OpenAsync(gateway, 1);
        await stream.SendTextAsync("""{"type":"open","id":1}""");
        await ExpectAsync(stream, "refused", 1);
        var chunk = new byte[1024 * 1024];
        var sending = Task.Run(async () =>
        {
            try
            {
                for (var i = 0; i < 17; i++)
                {
                    await stream.SendBinaryAsync(chunk);
                }
            }
            catch (IOException)
            {
                // The gateway has had enough.
            }
        });
        Assert.Equal(CloseCode.ProtocolError, (await stream.ReadCloseAsync()).Code);
        await sending;
    }

    [Fact]
    public async Task A_withdrawn_policy_ends_the_session_and_a_lost_credential_the_stream()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        await using var origin = new EchoPeer();
        var withdrawn = await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await gateway.AddApplicationAsync(Other, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token));
        await stream.SendTextAsync("""{"type":"open","id":1}""");
        await ExpectAsync(stream, "opened", 1);
        Assert.True((await gateway.Store.RemovePolicyAsync(withdrawn.Id, withdrawn.Policies[0].Id, CancellationToken.None)).IsOk);
        Assert.Equal("revoked", (await ExpectAsync(stream, "closed", 1)).GetProperty("code").GetString());

        // Authorised afresh each: what was withdrawn is refused, what was not is not.
        await stream.SendTextAsync("""{"type":"open","id":2}""");
        Assert.Equal("policy_denied", (await ExpectAsync(stream, "refused", 2)).GetProperty("code").GetString());
        await stream.SendTextAsync($$"""{"type":"open","id":3,"app":"{{Other}}"}""");
        await ExpectAsync(stream, "opened", 3);
        Assert.True((await gateway.Store.UpdateTokenAsync(token.Token.Id, t => t with { Enabled = false }, CancellationToken.None)).IsOk);
        Assert.Equal("revoked", (await ExpectAsync(stream, "closed", 3)).GetProperty("code").GetString());
        Assert.Equal((CloseCode.PolicyViolation, "revoked"), await stream.ReadCloseAsync());
    }

    [Fact]
    public async Task A_revoked_session_whose_client_does_not_read_is_ended_by_a_reset()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        await using var origin = new SourcePeer(new SeededBytes(1), 64 << 20);
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        await using var stream = await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token));
        await stream.SendTextAsync("""{"type":"open","id":1}""");
        await ExpectAsync(stream, "opened", 1);
        Assert.True((await gateway.Store.UpdateTokenAsync(token.Token.Id, t => t with { Enabled = false }, CancellationToken.None)).IsOk);

        // What it says has some time to leave, and cannot.
        await Eventually.IsTrueAsync(() =>
        {
            gateway.Time.Advance(TimeSpan.FromSeconds(1));
            return gateway.Server.Sessions == 0;
        });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await origin.WaitForEndedAsync(1, patience.Token);
    }

    [Fact]
    public async Task Without_a_credential_a_stream_opens_only_what_let_it_in()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.Bypass, new EveryoneRule());
        await gateway.AddApplicationAsync(Other, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.Bypass, new EveryoneRule());
        await using var stream = await RawStream.OpenAsync(gateway, Host, "");
        await stream.SendTextAsync($$"""{"type":"open","id":1,"app":"{{Other}}"}""");
        Assert.Equal("credentials_missing", (await ExpectAsync(stream, "refused", 1)).GetProperty("code").GetString());
        await stream.SendTextAsync("""{"type":"open","id":2}""");
        await ExpectAsync(stream, "opened", 2);
    }

    private static async Task<RawStream> OpenAsync(GatewayFixture gateway, int originPort, string headers = "", string scheme = "tcp")
    {
        var token = await gateway.AddTokenAsync();
        await gateway.AddApplicationAsync(Host, $"{scheme}://127.0.0.1:{originPort}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        return await RawStream.OpenAsync(gateway, Host, GatewayFixture.Pair(token) + headers);
    }

    private static async Task<JsonElement> ExpectAsync(RawStream stream, string type, long id)
    {
        var message = await stream.ReadTextAsync();
        Assert.Equal(type, message.GetProperty("type").GetString());
        Assert.Equal(id, message.GetProperty("id").GetInt64());
        return message;
    }

    /// <summary>Reads for ever and answers nothing; notes whether the first connection ended with a reset.</summary>
    private sealed class WaitingPeer : TcpPeer
    {
        private readonly TaskCompletionSource<bool> _wasReset = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<bool> WasReset => _wasReset.Task;

        protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
        {
            try
            {
                while (await socket.ReceiveAsync(new byte[1000], cancellationToken) > 0)
                {
                }

                // The end of one direction: a reset that comes now is an error on the socket.
                while (!socket.Poll(0, SelectMode.SelectError))
                {
                    await Task.Delay(10, cancellationToken);
                }

                _wasReset.TrySetResult(true);
            }
            catch (SocketException exception)
            {
                _wasReset.TrySetResult(exception.SocketErrorCode == SocketError.ConnectionReset);
                throw;
            }
        }
    }
}
