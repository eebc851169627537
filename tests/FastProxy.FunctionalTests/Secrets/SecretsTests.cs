using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Secrets;

/// <summary>Where a secret could come to light: logs at their most verbose, terminals, command lines, files.</summary>
public sealed partial class SecretsTests : IAsyncLifetime
{
    private const string Host = "app.test.localhost";
    private const string Token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJub2JvZHkiLCJleHAiOjE5MDAwMDAwMDB9.c2lnbmF0dXJlLW9mLW5vYm9keQ";
    private const string WrongSecret = "ba5eba11ba5eba11ba5eba11ba5eba11ba5eba11ba5eba11ba5eba11ba5eba11";
    private const string Cookie = "cookie-that-nobody-may-see";

    private readonly EchoPeer _origin = new();
    private readonly TempDirectory _directory = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));
    private GatewayProcess _gateway = null!;
    private ServiceToken _good = null!;
    private ServiceToken _other = null!;

    public async Task InitializeAsync()
    {
        _gateway = await GatewayProcess.StartAsync(arguments: ["--log-level", "trace"]);
        _good = await _gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{_origin.Port}");
        _other = await _gateway.Cli.CreateTokenAsync("other");
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _origin.DisposeAsync();
        _directory.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task NoLogErrorOrStoreFileShowsOne()
    {
        string[] secrets = [_good.Secret, _other.Secret, WrongSecret, Token, Token.Split('.')[1], Cookie];
        var shown = new StringBuilder();
        var logs = new List<string>();
        var tokenFile = _directory.Write("token", Token);
        var wrong = _good with { Secret = WrongSecret };
        var unknown = wrong with { Id = new string('0', 32) + ".access" };

        // Admitted and refused, on standard input and output; credentials by environment, by argument, by file, by hand.
        await RunAsync([], AccessListener.Environment(_good), exitCode: 0);
        await RunAsync(["--stock"], AccessListener.Environment(_good), exitCode: 0);
        await RunAsync(["--id", _good.Id, "--secret", _good.Secret], [], exitCode: 0);
        await RunAsync([$"--service-token-secret={_good.Secret}", "--service-token-id", _good.Id, "-H", $"Cookie: CF_Authorization={Cookie}"], [], exitCode: 0);
        await RunAsync([], AccessListener.Environment(wrong), exitCode: 3);
        await RunAsync([], AccessListener.Environment(unknown), exitCode: 3);
        await RunAsync([], AccessListener.Environment(_other), exitCode: 4);
        await RunAsync(["--token-file", tokenFile], [], exitCode: 3);
        await RunAsync(["-H", $"Authorization: Bearer {Token}"], [], exitCode: 3);
        await RunAsync(["-H", $"Cf-Access-Client-Secret: {_good.Secret}"], [], exitCode: 3);
        await RunAsync(["--secret", _good.Secret], [], exitCode: 2);
        await RunAsync(["--id", _good.Secret, "--secret", ""], [], exitCode: 2);

        // The same in listener mode.
        await ListenAsync(_good, refused: false);
        await ListenAsync(wrong, refused: true);

        // What a careless caller puts where it does not belong.
        await AskAsync($"GET /?secret={WrongSecret} HTTP/1.1\r\nHost: {Host}\r\nCf-Access-Token: {Token}\r\nCookie: CF_Authorization={Token}\r\nConnection: close\r\n\r\n");
        await AskAsync($"GET / HTTP/1.1\r\nHost: {Host}\r\nCf-Access-Client-Id: {_good.Secret}\r\nCf-Access-Client-Secret: {_good.Secret}\r\nConnection: close\r\n\r\n");

        await _gateway.StopAsync();
        Assert.Contains("event=", _gateway.Log, StringComparison.Ordinal);
        shown.Append(_gateway.Log);
        logs.ForEach(log => shown.Append(File.ReadAllText(log)));
        AssertHidden(secrets, shown.ToString());
        Assert.DoesNotMatch(TokenLike(), shown.ToString());

        foreach (var file in Directory.EnumerateFiles(_gateway.DataDirectory, "*", SearchOption.AllDirectories))
        {
            AssertHidden(secrets, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, _limit.Token)), file);
        }

        async Task RunAsync(string[] options, IEnumerable<KeyValuePair<string, string?>> environment, int exitCode)
        {
            await using var client = PublishedBinary.Start(Arguments(options), environment);
            try
            {
                await client.Input.WriteAsync("ping"u8.ToArray(), _limit.Token);
                await client.Input.FlushAsync(_limit.Token);
            }
            catch (IOException)
            {
                // It has been refused, and reads nothing.
            }

            // A stock session has no half-close: it waits for two seconds for what is still to come, and a busy machine may need longer.
            await client.Output.WaitForLengthAsync(4, _limit.Token);
            await client.WriteInputAsync(default);
            var result = await client.WaitForExitAsync(TimeSpan.FromSeconds(60));
            Assert.True(result.ExitCode == exitCode, $"{result.ExitCode} instead of {exitCode}: {result.ErrorText}");
            Assert.Equal(exitCode == 0 ? "ping" : "", result.OutputText);
            shown.Append(result.ErrorText);
        }

        async Task ListenAsync(ServiceToken token, bool refused)
        {
            await using var forward = await AccessListener.StartAsync(_gateway, Host, token, LogOptions());
            async Task<int> PingAsync()
            {
                using var socket = await forward.ConnectAsync(_limit.Token);
                await socket.SendAllAsync("ping"u8.ToArray(), _limit.Token);
                return await socket.ReceiveAsync(new byte[4], _limit.Token);
            }

            if (refused)
            {
                // The reset may come before the client has looked at its own connect.
                await Assert.ThrowsAnyAsync<SocketException>(PingAsync);
                await forward.Program.WaitForErrorAsync(TokenUnknown(), TimeSpan.FromSeconds(60));
            }
            else
            {
                Assert.Equal(4, await PingAsync());
            }

            forward.Program.Send(PosixSignalNumber.Terminate);
            var result = await forward.Program.WaitForExitAsync(TimeSpan.FromSeconds(60));
            shown.Append(result.OutputText).Append(result.ErrorText);
        }

        async Task AskAsync(string request)
        {
            await using var stream = await _gateway.ConnectTlsAsync(Host, _limit.Token);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), _limit.Token);
            using var answer = new StreamReader(stream);
            shown.Append(await answer.ReadToEndAsync(_limit.Token));
        }

        string[] Arguments(string[] options) =>
            ["access", "tcp", "--hostname", _gateway.Address(Host), "--ca-file", _gateway.Certificates.AuthorityFile, .. LogOptions(), .. options];

        string[] LogOptions()
        {
            logs.Add(_directory[$"client-{logs.Count}.log"]);
            File.WriteAllText(logs[^1], "");
            return ["--log-level", "debug", "--logfile", logs[^1]];
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ASecretOnTheCommandLineIsOverwrittenAtOnce(bool assigned)
    {
        string[] secret = assigned ? [$"--service-token-secret={_good.Secret}"] : ["--secret", _good.Secret];
        string[] arguments = ["access", "tcp", "--hostname", _gateway.Address(Host), "--ca-file", _gateway.Certificates.AuthorityFile, "--id", _good.Id, .. secret, "--url", "127.0.0.1:0"];
        var started = Stopwatch.GetTimestamp();
        var program = PublishedBinary.Start(arguments);
        while (program.CommandLineInProc().Contains(_good.Secret, StringComparison.Ordinal))
        {
            Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Figures.Record("a secret is in the command line, from start (process creation included)", Stopwatch.GetElapsedTime(started).TotalMilliseconds, "ms");
        await using var forward = await AccessListener.FromAsync(program);
        Assert.Contains(_good.Id, program.CommandLineInProc(), StringComparison.Ordinal);
        Assert.DoesNotContain(_good.Secret, program.CommandLineInProc(), StringComparison.Ordinal);
        Assert.Contains("given on the command line", program.Error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_good.Secret, program.Error.Text, StringComparison.Ordinal);

        // It still works with what it has read.
        using var socket = await forward.ConnectAsync(_limit.Token);
        await socket.SendAllAsync("ping"u8.ToArray(), _limit.Token);
        Assert.Equal(4, await socket.ReceiveAsync(new byte[4], _limit.Token));
    }

    private static void AssertHidden(IEnumerable<string> secrets, string text, string? where = null)
    {
        foreach (var secret in secrets)
        {
            var at = text.IndexOf(secret, StringComparison.OrdinalIgnoreCase);
            var line = at < 0 ? "" : text[Math.Max(0, at - 200)..at];
            Assert.True(at < 0, $"{where} shows a secret after: {line}");
        }
    }

    [GeneratedRegex(@"eyJ[\w-]{8,}\.[\w-]{8,}\.")]
    private static partial Regex TokenLike();

    [GeneratedRegex("token_unknown")]
    private static partial Regex TokenUnknown();
}
