using System.Globalization;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Stock;

namespace FastProxy.FunctionalTests.Client;

/// <summary>Our client at servers that are not ours.</summary>
public sealed class StockOriginTests : IDisposable
{
    private const string Id = "0123456789abcdef0123456789abcdef.access";
    private const string Secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly TempDirectory _directory = new();
    private readonly TestCertificates _certificates;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    public StockOriginTests() => _certificates = TestCertificates.Create(_directory);

    public void Dispose()
    {
        _limit.Dispose();
        _certificates.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(16_385)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(10_000_019)]
    public async Task LosesNothingOfAnyLength(int length)
    {
        var bytes = new SeededBytes(length).ToArray(length);
        await using var echo = new EchoPeer();
        await using var origin = new StockCloudflaredOrigin(echo.EndPoint, _certificates.Server);
        await using var client = Start(origin.Port);

        // A stock origin knows no half-close: the answer is awaited before the client's input ends.
        await client.Input.WriteAsync(bytes, _limit.Token);
        await client.Input.FlushAsync(_limit.Token);
        await client.Output.WaitForLengthAsync(length, _limit.Token);
        await client.WriteInputAsync(ReadOnlyMemory<byte>.Empty);
        var result = (await client.WaitForExitAsync(TimeSpan.FromSeconds(60))).MustSucceed();

        Assert.Equal(bytes, result.Output);
        Assert.Equal(0, origin.Lost);
        Assert.Equal(0, origin.Texts);
        Assert.Equal(0, origin.Pings);
        var request = Assert.Single(origin.Requests);
        Assert.Equal(Id, request.Value("Cf-Access-Client-Id"));
        Assert.Equal(Secret, request.Value("Cf-Access-Client-Secret"));
        Assert.Equal("fastproxy.v1", request.Value("Sec-WebSocket-Protocol"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetsAllThatWasSentBeforeTheEnd(bool closesByFrame)
    {
        const int Length = 3_000_001;
        var bytes = new SeededBytes(5);
        await using var source = new SourcePeer(bytes, Length);
        await using var origin = new StockCloudflaredOrigin(source.EndPoint, _certificates.Server) { ClosesByFrame = closesByFrame };
        await using var client = Start(origin.Port);

        var result = (await client.WaitForExitAsync(TimeSpan.FromSeconds(60))).MustSucceed();

        Assert.Equal(bytes.ToArray(Length), result.Output);
        Assert.Empty(result.ErrorText);
    }

    [Theory]
    [InlineData("401 Unauthorized", 3)]
    [InlineData("403 Forbidden", 4)]
    [InlineData("404 Not Found", 4)]
    [InlineData("429 Too Many Requests", 10)]
    [InlineData("502 Bad Gateway", 5)]
    [InlineData("503 Service Unavailable", 10)]
    [InlineData("302 Found\r\nLocation: /cdn-cgi/access/login/h", 3)]
    [InlineData("200 OK", 8)]
    public async Task EndsARefusalWithOneLineAndItsExitCode(string status, int exitCode)
    {
        await using var echo = new EchoPeer();
        await using var origin = new StockCloudflaredOrigin(echo.EndPoint, _certificates.Server)
        {
            Refusal = $"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        };
        await using var client = Start(origin.Port);

        var result = await client.WaitForExitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Matches(@"\Afastproxy: [^\n]+\n(?:[^\n]+\n)?\z", result.ErrorText);
        Assert.DoesNotContain(Secret, result.ErrorText, StringComparison.Ordinal);
        Assert.Single(origin.Requests);
    }

    [Fact]
    public async Task GivesUpOnASilentServerAtItsTimeOut()
    {
        await using var silent = new SilentPeer();
        await using var client = Start(silent.Port, "--connect-timeout", "1s");

        var result = await client.WaitForExitAsync(TimeSpan.FromSeconds(60));

        Assert.Contains(result.ExitCode, new[] { 6, 7 });
        Assert.Matches(@"\Afastproxy: [^\n]+\n", result.ErrorText);
        Assert.Contains(" 1 s (--connect-timeout)", result.ErrorText, StringComparison.Ordinal);
        Assert.InRange(result.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(45));
    }

    [Fact]
    public async Task TrustsNoUnknownAuthority()
    {
        await using var echo = new EchoPeer();
        await using var origin = new StockCloudflaredOrigin(echo.EndPoint, _certificates.Server);
        using var other = new TempDirectory();
        using var others = TestCertificates.Create(other);
        await using var client = Start(origin.Port, "--ca-file", others.AuthorityFile);

        var result = await client.WaitForExitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(7, result.ExitCode);
        Assert.Empty(origin.Requests);
    }

    [Fact]
    public async Task ShowsItsSecretToNobodyAfterItsStart()
    {
        await using var echo = new EchoPeer();
        await using var origin = new StockCloudflaredOrigin(echo.EndPoint, _certificates.Server);
        await using var client = Start(origin.Port, "--log-level", "debug", "--id", Id, "--secret", Secret);
        await client.Input.WriteAsync("x"u8.ToArray(), _limit.Token);
        await client.Input.FlushAsync(_limit.Token);
        await client.Output.WaitForLengthAsync(1, _limit.Token);

        var commandLine = client.CommandLineInProc();

        Assert.Contains("stock.test.localhost", commandLine, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, commandLine, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, client.Error.Text, StringComparison.Ordinal);
    }

    private RunningProgram Start(int port, params string[] options)
    {
        var authority = options.Contains("--ca-file") ? [] : new[] { "--ca-file", _certificates.AuthorityFile };
        return PublishedBinary.Start(
            ["access", "tcp", "--hostname", string.Create(CultureInfo.InvariantCulture, $"stock.test.localhost:{port}"), .. authority, .. options],
            [new("TUNNEL_SERVICE_TOKEN_ID", Id), new("TUNNEL_SERVICE_TOKEN_SECRET", Secret)]);
    }
}
