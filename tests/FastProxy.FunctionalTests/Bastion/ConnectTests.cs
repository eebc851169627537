using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary><c>fastproxy connect</c> with real ssh, with socat, and alone.</summary>
public sealed class ConnectTests(BastionPath path) : IClassFixture<BastionPath>
{
    private const int Parallel = 100;
    private const string DefaultSocket = "/run/fastproxy/bastion.sock";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task AfterTheLoginNoProcessOfOursIsLeft()
    {
        await using var user = await LocalUser.CreateAsync();
        await using var bastion = await path.StartBastionAsync($"user: {user.Name}, hostnames: [{BastionPath.Host}], token: one");
        await using var ssh = user.Start("ssh", ["-F", await path.EquipAsync(user, bastion.ProxyCommand), BastionPath.Host, "echo ready; cat"]);
        using var limit = new CancellationTokenSource(s_limit);
        await ssh.Output.WaitForLengthAsync("ready\n".Length, limit.Token);

        var programs = user.Programs();
        Assert.Contains(programs, program => program.StartsWith("ssh ", StringComparison.Ordinal));
        Assert.DoesNotContain(programs, program => program.Contains("fastproxy", StringComparison.Ordinal) && !program.StartsWith("ssh ", StringComparison.Ordinal));

        await ssh.WriteInputAsync("bytes\n"u8.ToArray());
        Assert.Equal("ready\nbytes\n", (await ssh.WaitForExitAsync(s_limit)).MustSucceed().OutputText);
    }

    [Fact]
    public async Task AHundredAtOnceSucceed()
    {
        await using var user = await LocalUser.CreateAsync();
        await using var bastion = await path.StartBastionAsync($"user: {user.Name}, hostnames: [{BastionPath.Host}], token: one");
        var config = await path.EquipAsync(user, bastion.ProxyCommand);
        var results = await Task.WhenAll(Enumerable.Range(0, Parallel).Select(async _ =>
        {
            await using var ssh = user.Start("ssh", ["-F", config, BastionPath.Host, "true"]);
            await ssh.WriteInputAsync(default);
            return await ssh.WaitForExitAsync(TimeSpan.FromMinutes(4));
        }));
        Assert.All(results, result => result.MustSucceed());
    }

    [Fact]
    public async Task CarriesStandardInputAndOutputWithoutFdpass()
    {
        await using var bastion = await path.StartBastionAsync($"uid: 0, hostnames: [{BastionPath.Host}], token: one");
        var config = path.Server.WriteClientConfig("relayed", $"{bastion.Binary} connect --agent {bastion.Socket} %h");
        var input = SeededText(3_000_000);
        var result = await RunningProgram.RunAsync("ssh", ["-F", config, BastionPath.Host, "cat; exit 5"], input);
        Assert.Equal(5, result.ExitCode);
        Assert.Equal(input, result.Output);
    }

    [Fact]
    public async Task WithoutABastionItDoesWhatAccessSshDoes()
    {
        Assert.False(File.Exists(DefaultSocket), "This test needs a machine without a bastion.");
        foreach (var route in (string[])[
            $"{PublishedBinary.Path} connect {path.Gateway.Address(BastionPath.Host)}",
            $"{PublishedBinary.Path} connect --fdpass {path.Gateway.Address(BastionPath.Host)}\n  ProxyUseFdpass yes"])
        {
            var config = path.Server.WriteClientConfig("without-bastion", route);
            var environment = Environment(path.Tokens["one"]);
            var input = SeededText(300_000);
            var result = await RunningProgram.RunAsync("ssh", ["-F", config, BastionPath.Host, "cat; exit 5"], input, environment);
            Assert.Equal(5, result.ExitCode);
            Assert.Equal(input, result.Output);

            var refused = await RunningProgram.RunAsync("ssh", ["-F", config, BastionPath.Host, "true"], environment: Environment(path.Tokens["two"]));
            Assert.Equal(255, refused.ExitCode);
            Assert.Matches($@"^fastproxy: refused by [^ ]*: no bastion at {DefaultSocket}: no such file or directory; asked the gateway itself: .*\[reason=policy_denied\]", refused.ErrorText);
        }
    }

    [Fact]
    public async Task ABastionThatWasNamedAndIsDownIsSaidSo()
    {
        await using var bastion = await path.StartBastionAsync($"uid: 0, hostnames: [{BastionPath.Host}], token: one");
        bastion.Program.Send(PosixSignalNumber.Kill);
        await bastion.Program.WaitForExitAsync(s_limit);

        // The socket's file is still there, and nobody listens.
        foreach (var arguments in (string[][])[["connect", "--agent", bastion.Socket, BastionPath.Host], ["connect", $"--agent={bastion.Socket}", "--fdpass", BastionPath.Host]])
        {
            var result = await PublishedBinary.RunAsync(arguments, environment: Environment(path.Tokens["one"]));
            Assert.Equal(6, result.ExitCode);
            Assert.StartsWith($"fastproxy: connect: no bastion at {bastion.Socket}: connection refused\n", result.ErrorText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SocatSpeaksToTheSocket()
    {
        await using var bastion = await path.StartBastionAsync($"uid: 0, hostnames: [{BastionPath.Host}], token: one");
        var request = Encoding.ASCII.GetBytes($"CONNECT {BastionPath.Host}:22 HTTP/1.1\r\n\r\nSSH-2.0-test\r\n");
        await using var socat = RunningProgram.Start("socat", ["-t", "60", "-", $"UNIX-CONNECT:{bastion.Socket}"]);
        await socat.Input.WriteAsync(request);
        await socat.Input.FlushAsync();
        using var limit = new CancellationTokenSource(s_limit);
        Assert.NotNull(await socat.Output.WaitForAsync(new Regex(@"^HTTP/1\.1 200 [^\r]*\r\n\r\nSSH-2\.0-OpenSSH"), limit.Token));
    }

    [Fact]
    public async Task ARequestThatDoesNotEndIsAnsweredAfterTenSeconds()
    {
        await using var bastion = await path.StartBastionAsync($"uid: 0, hostnames: [{BastionPath.Host}], token: one");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(bastion.Socket));
        await socket.SendAsync("CONNECT "u8.ToArray());
        var buffer = new byte[1024];
        var count = await socket.ReceiveAsync(buffer).WaitAsync(s_limit);
        Assert.StartsWith("HTTP/1.1 400 ", Encoding.ASCII.GetString(buffer, 0, count), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGatewayThatIsAwayIsSaidSo()
    {
        var gateway = await GatewayProcess.StartAsync();
        await using var bastion = await BastionProcess.StartAsync(gateway, path.Tokens, [$"uid: 0, hostnames: [{BastionPath.Host}], token: one"]);
        await gateway.DisposeAsync();
        ProgramResult result;
        var asked = TimeProvider.System.GetTimestamp();
        do
        {
            // As long as it goes, a dial may still find it and be cut off, which is another reason.
            result = await PublishedBinary.RunAsync(["connect", BastionPath.Host, "--agent", bastion.Socket]);
        }
        while (result.ExitCode == 8 && TimeProvider.System.GetElapsedTime(asked) < s_limit);
        Assert.Equal(6, result.ExitCode);
        Assert.Contains("[reason=gateway_unreachable]", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FdpassWithoutASocketOnStandardOutputSaysWhatToWrite()
    {
        await using var bastion = await path.StartBastionAsync($"uid: 0, hostnames: [{BastionPath.Host}], token: one");
        var result = await PublishedBinary.RunAsync(["connect", "--fdpass", BastionPath.Host, "--agent", bastion.Socket]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("ProxyUseFdpass yes", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SshConfigPrintsTheBlockForFdpass()
    {
        var result = await PublishedBinary.RunAsync(["access", "ssh-config", "--hostname", "h.example.com", "--fdpass"]);
        Assert.Matches(@"Host h\.example\.com\n  ProxyCommand \S+ connect --fdpass %h\n  ProxyUseFdpass yes\n", result.MustSucceed().OutputText);
    }

    private KeyValuePair<string, string?>[] Environment(ServiceToken token) =>
    [
        new("TUNNEL_SERVICE_TOKEN_ID", token.Id),
        new("TUNNEL_SERVICE_TOKEN_SECRET", token.Secret),
        new("SSL_CERT_FILE", path.Gateway.Certificates.AuthorityFile),
    ];

    private static byte[] SeededText(int length)
    {
        var bytes = new byte[length];
        new Random(20261122).NextBytes(bytes);
        return bytes;
    }
}
