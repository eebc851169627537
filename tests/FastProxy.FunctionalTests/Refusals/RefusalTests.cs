using System.Diagnostics;
using System.Text.Json;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Tcp;
using FastProxy.Testing.Stock;

namespace FastProxy.FunctionalTests.Refusals;

public sealed class RefusalTests(EchoPath path) : IClassFixture<EchoPath>, IDisposable
{
    /// <summary>At once: on a busy machine, but before any time limit of the gateway (10 s) could be what ended it.</summary>
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(8);

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task AWrongSecretIsNotAuthenticated() =>
        await RefusesAsync(EchoPath.Host, path.Token with { Secret = new string('0', 64) }, 401, "token_unknown", 3);

    [Fact]
    public async Task AnUnknownIdIsNotAuthenticated() =>
        await RefusesAsync(EchoPath.Host, path.Token with { Id = new string('0', 32) + ".access" }, 401, "token_unknown", 3);

    [Fact]
    public async Task ADisabledTokenIsNotAuthenticated()
    {
        var token = await path.Gateway.Cli.CreateTokenAsync("disabled");
        await path.Gateway.Cli.RunAsync("token", "disable", "disabled");

        await RefusesAsync(EchoPath.Host, token, 401, "token_disabled", 3);
    }

    [Fact]
    public async Task ATokenThatNoPolicyAdmitsIsForbidden() =>
        await RefusesAsync(EchoPath.Host, await path.Gateway.Cli.CreateTokenAsync("stranger"), 403, "policy_denied", 4);

    [Fact]
    public async Task AHostThatIsNoApplicationIsNotFound() =>
        await RefusesAsync("nobody.test.localhost", path.Token, 404, "app_unknown", 4);

    [Fact]
    public async Task ADeadOriginIsABadGateway()
    {
        var token = await path.Gateway.AdmitAsync("dead.test.localhost", "tcp://127.0.0.1:1");

        await RefusesAsync("dead.test.localhost", token, 502, "origin_refused", 5);
    }

    [Theory]
    [InlineData("only the id", "credentials_malformed")]
    [InlineData("only the secret", "credentials_malformed")]
    [InlineData("the id twice", "credentials_malformed")]
    [InlineData("an empty secret", "credentials_malformed")]
    [InlineData("nothing", "credentials_missing")]
    public async Task HalfACredentialIsNotAuthenticated(string sent, string code)
    {
        var id = ("Cf-Access-Client-Id", path.Token.Id);
        var secret = ("Cf-Access-Client-Secret", path.Token.Secret);
        (string, string)[] headers = sent switch
        {
            "only the id" => [id],
            "only the secret" => [secret],
            "the id twice" => [id, id, secret],
            "an empty secret" => [id, ("Cf-Access-Client-Secret", "")],
            _ => [],
        };

        await AnswersAsync(EchoPath.Host, headers, 401, code);
    }

    /// <summary>Refused on the wire, and told by our client as one line and its exit code.</summary>
    private async Task RefusesAsync(string host, ServiceToken token, int status, string code, int exitCode)
    {
        await AnswersAsync(host, token.Headers, status, code);

        var result = await PublishedBinary.RunAsync(path.Gateway.AccessArguments("tcp", host, token));

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Matches($@"(?m)^fastproxy: [^\n]+ \[reason={code}\] \[request=[^\]\n]+\]$", result.ErrorText);
        Assert.DoesNotContain(token.Secret, result.ErrorText, StringComparison.Ordinal);
    }

    private async Task AnswersAsync(string host, IEnumerable<(string, string)> headers, int status, string code)
    {
        await using var tls = await path.Gateway.ConnectTlsAsync(host, _limit.Token);
        var start = Stopwatch.GetTimestamp();

        var handshake = await StockCloudflaredClient.ConnectAsync(tls, host, headers, _limit.Token);

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, s_most);
        Assert.Null(handshake.Client);
        Assert.Equal(status, handshake.Head.Status);
        Assert.Equal(code, handshake.Head.Value("Cf-Access-Error"));
        Assert.Equal("close", handshake.Head.Value("Connection"));
        Assert.NotNull(handshake.Head.Value("Content-Length"));
        Assert.NotNull(handshake.Head.Value("Cf-Ray"));
        Assert.Empty(handshake.Head.Values("Location"));
        using var body = JsonDocument.Parse(handshake.Body);
        var error = body.RootElement.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(handshake.Head.Value("FastProxy-Request"), error.GetProperty("request_id").GetString());
        Assert.Equal(0, await tls.ReadAsync(new byte[1], _limit.Token));
    }
}
