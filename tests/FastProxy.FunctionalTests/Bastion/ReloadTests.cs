using System.Net.Sockets;
using System.Text.Json;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>What a reload of the published bastion does to streams and sessions, and what one local user can do to the others.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private const string Host = "echo.test.localhost";
    private const string Rule = $"uid: 0, hostnames: [{Host}], token: one";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly EchoPeer _origin = new();
    private readonly HttpClient _http = new();
    private readonly TempDirectory _other = new();
    private readonly Dictionary<string, ServiceToken> _tokens = [];
    private GatewayProcess _gateway = null!;

    public async Task InitializeAsync()
    {
        _gateway = await GatewayProcess.StartAsync();
        _tokens["one"] = await _gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{_origin.Port}");
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _origin.DisposeAsync();
        _http.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task AnotherAuthorityCountsForEveryStreamFromThenOn()
    {
        using var stranger = TestCertificates.Create(_other);
        await using var bastion = await BastionProcess.StartAsync(_gateway, _tokens, [Rule]);
        using var live = await OpenAsync(bastion);

        bastion.CaFile = stranger.AuthorityFile;
        await bastion.ReloadAsync(Rule);
        var (refused, head) = await UntilAsync(bastion, "HTTP/1.1 502 ");
        refused.Dispose();
        Assert.Contains("Cf-Access-Error: gateway_tls\r\n", head, StringComparison.Ordinal);
        await EchoAsync(live);

        bastion.CaFile = _other["no-such.pem"];
        File.WriteAllText(bastion.CaFile, "not a certificate");
        bastion.Write([Rule]);
        bastion.Program.Send(PosixSignalNumber.Hangup);
        await bastion.Program.WaitForErrorAsync(new System.Text.RegularExpressions.Regex("ca_file: .*no-such.pem holds no certificate in PEM\n[\\s\\S]* event=ReloadFailed"), s_limit);

        bastion.CaFile = null;
        await bastion.ReloadAsync(Rule);
        using var again = await OpenAsync(bastion);
        await EchoAsync(again);
        await EchoAsync(live);
        Assert.DoesNotContain("event=BastionNeedsRestart", bastion.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileThatComesAfterTheConfigurationThatNamesItCountsByItself()
    {
        await using var bastion = await BastionProcess.StartAsync(_gateway, _tokens, [Rule]);
        using var live = await OpenAsync(bastion);
        bastion.CaFile = _other["late.pem"];
        bastion.Write([Rule]);
        await bastion.Program.WaitForErrorAsync(new System.Text.RegularExpressions.Regex("ca_file: there is no file .*late.pem\n[\\s\\S]* event=ReloadFailed"), s_limit);

        // Whole at once, as it should be put in its place.
        File.Copy(_gateway.Certificates.AuthorityFile, _other["late"]);
        File.Move(_other["late"], bastion.CaFile);
        await bastion.Program.WaitForErrorAsync(new System.Text.RegularExpressions.Regex("event=BastionReloaded"), s_limit);
        await EchoAsync(live);
        using var again = await OpenAsync(bastion);
        await EchoAsync(again);
    }

    [Fact]
    public async Task OtherPoolSizesCountAtOnce()
    {
        await using var bastion = await BastionProcess.StartAsync(_gateway, _tokens, [Rule]);
        using var live = await OpenAsync(bastion);
        bastion.Settings = "pool: { min_idle: 7 }";
        await bastion.ReloadAsync(Rule);
        await HasAsync(bastion, scrape => Idle(scrape) == 7);
        bastion.Settings = "pool: { min_idle: 1, max_idle: 1 }";
        await bastion.ReloadAsync(Rule);
        await HasAsync(bastion, scrape => Idle(scrape) == 1 && Discards(scrape, "surplus") == 6);
        await EchoAsync(live);

        double Idle(Exposition scrape) => scrape[$"fastproxy_bastion_pool_streams{{{Labels},state=\"idle\"}}"];
    }

    [Fact]
    public async Task AnotherSecretInItsFileIsUsedWithoutAWord()
    {
        await using var bastion = await BastionProcess.StartAsync(_gateway, _tokens, [Rule]);
        using var live = await OpenAsync(bastion);
        var name = Host.Replace('.', '-');
        var rotated = await _gateway.Cli.RunAsync("token", "rotate", name, "--keep-old", "1h", "--json");
        bastion.WriteSecret("one", FastProxyCli.ReadToken(rotated).Secret);
        await bastion.Program.WaitForErrorAsync(new System.Text.RegularExpressions.Regex("event=BastionReloaded"), s_limit);
        await EchoAsync(live);
        using var second = await OpenAsync(bastion);

        // From now on the first secret is worth nothing, and what came with it ends.
        using (var token = JsonDocument.Parse(rotated.Output))
        using (var api = new AdminApi(_gateway.AdminSocket))
        {
            await api.EndOverlapAsync(token.RootElement.GetProperty("id").GetString()!);
        }

        await EndsAsync(live);
        await EchoAsync(second);
        using var third = await OpenAsync(bastion);
        await EchoAsync(third);
    }

    [Fact]
    public async Task ASecretThatTheGatewayRefusesIsToldAtTheStartAndWhenItIsRightAgain()
    {
        var right = _tokens["one"];
        _tokens["one"] = right with { Secret = "wrong" };
        await using var bastion = await BastionProcess.StartAsync(_gateway, _tokens, [Rule]);
        await bastion.Program.WaitForErrorAsync(new System.Text.RegularExpressions.Regex($"warn The pool of .* with client id {right.Id} gets no stream: 401 .*event=BastionPoolInTrouble"), s_limit);
        bastion.WriteSecret("one", right.Secret);
        await bastion.Program.WaitForErrorAsync(new System.Text.RegularExpressions.Regex("event=BastionPoolIsWell"), s_limit);
        using var live = await OpenAsync(bastion);
        await EchoAsync(live);
    }

    [Fact]
    public async Task AnotherKeepAliveCountsForIdleStreams()
    {
        await using var bastion = await BastionProcess.StartAsync(_gateway, _tokens, [Rule]);
        bastion.Settings = "keepalive: 10m";
        await bastion.ReloadAsync(Rule);
        using (await OpenAsync(bastion))
        {
            bastion.Settings = "keepalive: 1s";
            await bastion.ReloadAsync(Rule);
        }

        // A gateway that stands still answers no ping; in ten minutes nobody would have asked it.
        _gateway.Program.Send(PosixSignalNumber.Stop);
        try
        {
            await HasAsync(bastion, scrape => Discards(scrape, "silent") >= 1);
        }
        finally
        {
            _gateway.Program.Send(PosixSignalNumber.Continue);
        }
    }

    [Fact]
    public async Task AUserWhoSaysNothingKeepsNobodyElseOut()
    {
        await using var other = await LocalUser.CreateAsync();
        await using var bastion = await BastionProcess.StartAsync(_gateway, _tokens, [Rule, $"user: {other.Name}, hostnames: [{Host}], token: one"]);
        using var enough = new CancellationTokenSource();
        var silent = Enumerable.Range(0, 512).Select(_ => SayNothingAsync(bastion.Socket, enough.Token)).ToList();
        try
        {
            var (refused, _) = await UntilAsync(bastion, "HTTP/1.1 429 ");
            refused.Dispose();
            await using var connect = other.Start(bastion.Binary, ["connect", Host, "--agent", bastion.Socket]);
            await connect.WriteInputAsync("through\n"u8.ToArray());
            Assert.Equal("through\n", (await connect.WaitForExitAsync(s_limit)).MustSucceed().OutputText);
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(silent);
        }
    }

    /// <summary>Holds a connection without a word, and comes back as often as the bastion has lost its patience.</summary>
    private static async Task SayNothingAsync(string path, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), enough);
                while (await socket.ReceiveAsync(new byte[1024], enough) > 0)
                {
                    // It is told that it was too slow.
                }
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // Thrown out, or told to stop.
            }
        }
    }

    private string Labels => $"gateway=\"https://{_gateway.Address("gateway.test.localhost")}\",client_id=\"{_tokens["one"].Id}\"";

    private double Discards(Exposition scrape, string cause) => scrape[$"fastproxy_bastion_pool_discards_total{{{Labels},cause=\"{cause}\"}}"];

    private async Task HasAsync(BastionProcess bastion, Func<Exposition, bool> condition)
    {
        var last = "";
        Assert.True(
            await Settled.WithinAsync(s_limit, async () => condition(Exposition.Parse(last = await _http.GetStringAsync($"{bastion.MetricsUrl}/metrics")))),
            last);
    }

    private static async Task<Socket> OpenAsync(BastionProcess bastion) => (await UntilAsync(bastion, "HTTP/1.1 200 ")).Socket;

    /// <summary>Asks until the answer begins so: the bastion looks at its file by itself too, and what it says of a reload may be of the one before.</summary>
    private static async Task<(Socket Socket, string Head)> UntilAsync(BastionProcess bastion, string status)
    {
        (Socket Socket, string Head)? last = null;
        Assert.True(
            await Settled.WithinAsync(s_limit, async () =>
            {
                last?.Socket.Dispose();
                last = await bastion.AskAsync(Host);
                return last.Value.Head.StartsWith(status, StringComparison.Ordinal);
            }),
            last?.Head);
        return last!.Value;
    }

    private static async Task EndsAsync(Socket socket)
    {
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1]).WaitAsync(s_limit));
        }
        catch (SocketException)
        {
            // Reset, as it should be.
        }
    }

    private static async Task EchoAsync(Socket socket)
    {
        await socket.SendAsync("ping"u8.ToArray());
        var buffer = new byte[4];
        for (var got = 0; got < buffer.Length;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(got)).AsTask().WaitAsync(s_limit);
            Assert.NotEqual(0, count);
            got += count;
        }

        Assert.Equal("ping"u8.ToArray(), buffer);
    }
}
