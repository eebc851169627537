using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Stock;

namespace FastProxy.FunctionalTests.Tokens;

/// <summary>What becomes of a service token, on the published binary: taken over, used, set out as bait, revoked.</summary>
public sealed partial class TokenLifeTests
{
    private const string Host = "life.test.localhost";

    // In the forms that Cloudflare gives out; made up here.
    private const string OldId = "5f1d3c7e9a0b2468ace013579bdf2468.access";
    private const string OldSecret = "00f1e2d3c4b5a6978869788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3";
    private const string NewSecret = "cfast_7Qm2Xw9LpR4tVz8KcN1bHs6JdF3gYe5AuT0oPiMx5Wq1Zk9B";

    [Theory]
    [InlineData(OldSecret)]
    [InlineData(NewSecret)]
    public async Task A_stock_client_goes_through_with_the_credentials_it_already_has(string secret)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var directory = new TempDirectory();
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var file = directory.Write("secret", secret + "\n");

        var created = await gateway.Cli.RunAsync("token", "create", "taken-over", "--client-id", OldId, "--client-secret-file", file);
        var again = await gateway.Cli.TryAsync("token", "create", "again", "--client-id", OldId, "--client-secret-file", file);
        await AdmitAsync(gateway, origin, "taken-over");

        Assert.DoesNotContain(secret, created.OutputText + created.ErrorText + gateway.Log, StringComparison.Ordinal);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("already a service token with the client id", again.ErrorText, StringComparison.Ordinal);
        await using var stream = await gateway.ConnectTlsAsync(Host, limit.Token);
        var handshake = await StockCloudflaredClient.ConnectAsync(stream, gateway.Address(Host), new ServiceToken(OldId, secret).Headers, limit.Token);
        Assert.Equal(101, handshake.Head.Status);
        await using var client = handshake.Client!;
        await client.SendAsync("as ever"u8.ToArray(), limit.Token);
        Assert.Equal("as ever", Encoding.UTF8.GetString((await client.ReceiveAsync(limit.Token))!));
    }

    [Fact]
    public async Task What_is_not_one_of_the_two_random_forms_is_refused_and_never_repeated()
    {
        using var directory = new TempDirectory();
        await using var gateway = await GatewayProcess.StartAsync();
        foreach (var secret in new[] { "correct horse battery staple", OldSecret[1..], OldSecret.ToUpperInvariant(), "cfast_short", NewSecret + "0" })
        {
            var refused = await gateway.Cli.TryAsync("token", "create", "bad", "--client-id", OldId, "--client-secret-file", directory.Write("secret", secret));
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("64 lower-case hex digits", refused.ErrorText, StringComparison.Ordinal);
            Assert.Contains("cfast_", refused.ErrorText, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, refused.ErrorText + refused.OutputText + gateway.Log, StringComparison.Ordinal);
        }

        var id = await gateway.Cli.TryAsync("token", "create", "bad", "--client-id", OldSecret, "--client-secret-file", directory.Write("secret", OldSecret));
        Assert.Equal(2, id.ExitCode);
        Assert.Contains("32 lower-case hex digits and .access", id.ErrorText, StringComparison.Ordinal);
        Assert.DoesNotContain(OldSecret, id.ErrorText + id.OutputText + gateway.Log, StringComparison.Ordinal);

        var open = directory.Write("open", OldSecret, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var warned = await gateway.Cli.RunAsync("token", "create", "open", "--client-id", OldId, "--client-secret-file", open);
        Assert.Contains("can be read by other users", warned.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_use_survives_a_restart_and_what_a_revocation_breaks_is_told()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.Cli.CreateTokenAsync("worker");
        await AdmitAsync(gateway, origin, "worker");
        Assert.Contains("never", (await gateway.Cli.RunAsync("token", "list")).OutputText, StringComparison.Ordinal);
        await using (var stream = await gateway.ConnectTlsAsync(Host, limit.Token))
        {
            var handshake = await StockCloudflaredClient.ConnectAsync(stream, gateway.Address(Host), token.Headers, limit.Token);
            Assert.Equal(101, handshake.Head.Status);
            var shown = (await gateway.Cli.RunAsync("token", "show", "worker")).OutputText;
            Assert.Matches(@"Sessions: +1\n", shown);
            Assert.Contains($"life ({Host}) by policy 'machines' (by name), 1 session", shown, StringComparison.Ordinal);
        }

        var seen = (await gateway.Cli.JsonAsync("token", "show", "worker")).GetProperty("last_seen_at").GetDateTimeOffset();
        (await gateway.StopAsync()).MustSucceed();
        await gateway.RestartAsync();
        Assert.True((await gateway.Cli.JsonAsync("token", "show", "worker")).GetProperty("last_seen_at").GetDateTimeOffset() >= seen);

        await using var live = await gateway.ConnectTlsAsync(Host, limit.Token);
        var session = await StockCloudflaredClient.ConnectAsync(live, gateway.Address(Host), token.Headers, limit.Token);
        await using var client = session.Client!;
        var revoked = (await gateway.Cli.RunAsync("token", "revoke", "worker")).OutputText;
        Assert.Contains("It stays, disabled", revoked, StringComparison.Ordinal);
        Assert.Contains("1 open session ends now.", revoked, StringComparison.Ordinal);
        Assert.Contains($"life ({Host})", revoked, StringComparison.Ordinal);
        Assert.Null(await client.ReceiveAsync(limit.Token));

        // Switched on again, it still lets nobody in.
        await gateway.Cli.RunAsync("token", "enable", "worker");
        Assert.Equal(401, (await PresentAsync(gateway, token, limit.Token)).Head.Status);
        await gateway.Cli.RunAsync("policy", "remove", "life", "machines");
        Assert.Contains("revoked and deleted", (await gateway.Cli.RunAsync("token", "revoke", "worker")).OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canary_is_told_what_a_stranger_is_told_and_the_log_tells_its_owner()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        await AdmitAsync(gateway, origin, null);
        var canary = await gateway.Cli.CreateTokenAsync("bait", "--canary");
        var stranger = new ServiceToken(OldId, OldSecret);

        var unknown = await PresentAsync(gateway, stranger, limit.Token);
        Assert.DoesNotContain("CanaryPresented", gateway.Log, StringComparison.Ordinal);
        foreach (var presented in new[] { canary, canary with { Secret = OldSecret }, canary with { Id = OldId } })
        {
            var answer = await PresentAsync(gateway, presented, limit.Token);
            Assert.Equal(Masked(unknown), Masked(answer));
            Assert.Equal(401, answer.Head.Status);
        }

        await gateway.Program.WaitForErrorAsync(Alarms(), TimeSpan.FromSeconds(60));
        using var http = new HttpClient();
        Exposition scrape = null!;
        Assert.True(await Settled.WithinAsync(TimeSpan.FromSeconds(60), async () =>
        {
            scrape = Exposition.Parse(await http.GetStringAsync($"{gateway.MetricsUrl}/metrics", limit.Token));
            return scrape["fastproxy_canary_presented_total"] == 3;
        }));
        Assert.Equal(0, scrape.Sum("fastproxy_service_token_expires_in_seconds"));
        Assert.DoesNotContain(canary.Secret, gateway.Log, StringComparison.Ordinal);
        Assert.Contains("canary", (await gateway.Cli.RunAsync("token", "list")).OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_whose_token_ends_soon_says_so_once_and_goes_through()
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.Cli.CreateTokenAsync("short", "--duration", "36h");
        await AdmitAsync(gateway, origin, "short");

        // It looks at its start, and then once a minute.
        (await gateway.StopAsync()).MustSucceed();
        await gateway.RestartAsync();

        var session = await RunningProgram.RunAsync("sh", ["-c", "echo through | \"$@\"", "sh", PublishedBinary.Path, .. gateway.AccessArguments("tcp", Host, token)]);

        session.MustSucceed();
        Assert.Equal("through\n", session.OutputText);
        Assert.Single(session.ErrorText.Split('\n'), line => line.Contains("the service token expires on", StringComparison.Ordinal));
        Assert.Contains("within 7d", (await gateway.Cli.RunAsync("token", "list")).OutputText, StringComparison.Ordinal);
        await gateway.Program.WaitForErrorAsync(Soon(), TimeSpan.FromSeconds(60));
    }

    private static async Task AdmitAsync(GatewayProcess gateway, EchoPeer origin, string? token)
    {
        await gateway.Cli.RunAsync(
            "app", "create", "life", "--domain", Host, "--origin", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{origin.Port}"));
        await gateway.Cli.RunAsync(
            "policy", "add", "life", "machines", "--action", "service-auth", "--include", token is null ? "any-service-token" : $"service-token:{token}");
    }

    private static async Task<StockHandshake> PresentAsync(GatewayProcess gateway, ServiceToken token, CancellationToken cancellationToken)
    {
        await using var stream = await gateway.ConnectTlsAsync(Host, cancellationToken);
        return await StockCloudflaredClient.ConnectAsync(stream, gateway.Address(Host), token.Headers, cancellationToken);
    }

    /// <summary>The answer without the request's id and the date, which differ between any two.</summary>
    private static string Masked(StockHandshake answer) =>
        Date().Replace((answer.Head.Text + answer.Body).Replace(answer.Head.Value("Cf-Ray")!, "#", StringComparison.Ordinal), "");

    [GeneratedRegex("warn The service token short expires on")]
    private static partial Regex Soon();

    [GeneratedRegex("(?m)^Date: .*$")]
    private static partial Regex Date();

    [GeneratedRegex(@"(error [^\n]*ALARM: the canary token bait was presented from 127\.0\.0\.1[^\n]*[\s\S]*?){3}")]
    private static partial Regex Alarms();
}
