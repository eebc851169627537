using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>
/// <c>fastproxy connect</c> on standard input and output: however its session ends, the exit code and one line say so, though the unix socket
/// under it always ends in the same way.
/// </summary>
public sealed class OutcomeTests : IDisposable
{
    private const string Session = $"fastproxy: the session with {OutcomePath.Host}: ";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(3));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task ARevokedSessionSaysWhyHoweverEarlyTheHangUpComes()
    {
        await using var origin = new EchoPeer();
        await using var path = await OutcomePath.StartAsync(origin);
        for (var round = 0; round < 4; round++)
        {
            await using var client = await path.ConnectAsync(_limit.Token);
            await path.Gateway.Cli.RunAsync("token", "disable", OutcomePath.TokenName);
            if (round % 2 == 1)
            {
                // What ssh does when its ProxyCommand's output ends.
                await client.Output.WaitForLengthAsync(long.MaxValue, _limit.Token);
                client.Send(PosixSignalNumber.Hangup);
            }

            var result = await client.WaitForExitAsync(s_patience);
            Assert.Matches(
                "^" + Regex.Escape(Session) + @"the gateway ended it: the credential or the policy that admitted it is gone \[reason=revoked\] \[request=[0-9a-zA-Z-]+\]\n$",
                result.ErrorText);
            Assert.Contains(result.ExitCode, round % 2 == 0 ? (int[])[9] : [9, 128 + 1]);
            await path.Gateway.Cli.RunAsync("token", "enable", OutcomePath.TokenName);
        }
    }

    [Fact]
    public async Task AGatewayThatIsKilledIsALostSession()
    {
        await using var origin = new EchoPeer();
        await using var path = await OutcomePath.StartAsync(origin);
        await using var client = await path.ConnectAsync(_limit.Token);
        path.Gateway.Program.Send(PosixSignalNumber.Kill);
        var result = await client.WaitForExitAsync(s_patience);
        Assert.StartsWith(Session + "the connection to the gateway was lost; bytes may be missing [reason=stream_lost]", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(9, result.ExitCode);
    }

    [Fact]
    public async Task ABastionThatIsKilledIsALostSession()
    {
        await using var origin = new EchoPeer();
        await using var path = await OutcomePath.StartAsync(origin);
        await using var client = await path.ConnectAsync(_limit.Token);
        path.Bastion.Program.Send(PosixSignalNumber.Kill);
        var result = await client.WaitForExitAsync(s_patience);
        Assert.Equal((9, Session + "the bastion on this machine went away; bytes may be missing [reason=stream_lost]\n"), (result.ExitCode, result.ErrorText));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ABastionThatStopsSaysSo(bool gatewayHangs)
    {
        await using var origin = new EchoPeer();
        await using var path = await OutcomePath.StartAsync(origin);
        await using var client = await path.ConnectAsync(_limit.Token);
        await DrainAsync(path);
        Assert.False(client.HasExited);
        if (gatewayHangs)
        {
            path.Gateway.Program.Send(PosixSignalNumber.Stop);
        }

        // The second time it waits for nobody.
        path.Bastion.Program.Send(PosixSignalNumber.Terminate);
        var result = await client.WaitForExitAsync(s_patience);
        Assert.StartsWith(Session + "the bastion or the gateway is stopping [reason=shutdown]", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(9, result.ExitCode);
        Assert.Equal(0, (await path.Bastion.Program.WaitForExitAsync(s_patience)).ExitCode);
        Assert.Contains(" ended: shutdown, ", path.Bastion.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABastionThatStopsSaysSoToWhoWaitsForTheGateway()
    {
        await using var origin = new EchoPeer();
        await using var path = await OutcomePath.StartAsync(origin);
        path.Gateway.Program.Send(PosixSignalNumber.Stop);
        await using var client = PublishedBinary.Start(path.Arguments);
        Assert.True(await Settled.WithinAsync(s_patience, async () => (await path.ScrapeAsync(_limit.Token))["fastproxy_bastion_sessions"] == 1));
        await DrainAsync(path);
        path.Bastion.Program.Send(PosixSignalNumber.Terminate);
        var result = await client.WaitForExitAsync(s_patience);
        Assert.Contains("[reason=shutdown]", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(10, result.ExitCode);
        Assert.Equal(0, (await path.Bastion.Program.WaitForExitAsync(s_patience)).ExitCode);
    }

    [Fact]
    public async Task ARuleThatIsGoneEndsTheSessionAsARefusal()
    {
        await using var origin = new EchoPeer();
        await using var path = await OutcomePath.StartAsync(origin);
        await using var client = await path.ConnectAsync(_limit.Token);
        await path.Bastion.ReloadAsync("uid: 0, hostnames: [other.test.localhost], token: one");
        var result = await client.WaitForExitAsync(s_patience);
        Assert.StartsWith(Session + "the bastion or the gateway ended it: no rule or policy admits it any more [reason=policy_denied]", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(4, result.ExitCode);
    }

    [Fact]
    public async Task AResetOriginIsNoEndInOrder()
    {
        await using var origin = new ResetPeer(1000);
        await using var path = await OutcomePath.StartAsync(origin);
        var result = await RunningProgram.RunAsync(PublishedBinary.Path, path.Arguments, new byte[1000]);
        Assert.StartsWith(Session + "the origin reset the connection [reason=origin_reset]", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(9, result.ExitCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3_000_001)]
    public async Task AnEndInOrderIsOneWhoeverEndsFirst(int length)
    {
        var bytes = new SeededBytes(length);
        await using (var echo = new EchoPeer())
        {
            await using var path = await OutcomePath.StartAsync(echo);
            var result = await RunningProgram.RunAsync(PublishedBinary.Path, path.Arguments, bytes.ToArray(length));
            Assert.Equal((0, ""), (result.ExitCode, result.ErrorText));
            Assert.Equal(bytes.ToArray(length), result.Output);
        }

        await using (var last = new HalfClosePeer(received => Encoding.ASCII.GetBytes($"{received.Length} {received.Sha256}")))
        {
            await using var path = await OutcomePath.StartAsync(last);
            var result = await RunningProgram.RunAsync(PublishedBinary.Path, path.Arguments, bytes.ToArray(length));
            Assert.Equal((0, ""), (result.ExitCode, result.ErrorText));
            Assert.Equal($"{length} {bytes.Sha256(length)}", result.OutputText);
        }

        await using (var first = new SourcePeer(bytes, length))
        {
            await using var path = await OutcomePath.StartAsync(first);
            await using var client = PublishedBinary.Start(path.Arguments);
            await client.Output.WaitForLengthAsync(long.MaxValue, _limit.Token);
            await client.WriteInputAsync(bytes.ToArray(length));
            var result = await client.WaitForExitAsync(s_patience);
            Assert.Equal((0, ""), (result.ExitCode, result.ErrorText));
            Assert.Equal(bytes.ToArray(length), result.Output);
            Assert.Equal(new ReceivedBytes(length, bytes.Sha256(length)), await first.Received.WaitAsync(_limit.Token));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ASlowReaderGetsWhatWasSentBeforeTheCutAndThenLearnsOfIt(bool killed)
    {
        // A pipe holds 64 KiB, and then there are the client's buffer and the socket's.
        const int OnTheWay = 100_000;

        // More than the origin's own socket and the gateway's hold before the gateway has read anything.
        const int Enough = 1 << 20;
        using var directory = new TempDirectory();
        (await RunningProgram.RunAsync("mkfifo", [directory["go"]])).MustSucceed();
        await using var origin = new FloodPeer();
        await using var path = await OutcomePath.StartAsync(origin);
        await using var reading = RunningProgram.Start(
            "sh",
            ["-c", "{ \"$@\"; echo \"exit $?\" >&2; } | { cat \"$GO\"; cat; }", "sh", PublishedBinary.Path, .. path.Arguments],
            [new("GO", directory["go"])]);

        // Everything on the way is full, and not just slow to fill; then there is no session any more.
        await origin.WaitForAcceptedAsync(1, _limit.Token);
        Assert.True(await Settled.WithinAsync(s_patience, () => Task.FromResult(origin.Sent >= Enough)));
        await Settled.WaitAsync(() => origin.Sent, TimeSpan.FromSeconds(1), _limit.Token);
        if (killed)
        {
            path.Bastion.Program.Send(PosixSignalNumber.Kill);
            await path.Bastion.Program.WaitForExitAsync(s_patience);
        }
        else
        {
            await path.Gateway.Cli.RunAsync("token", "disable", OutcomePath.TokenName);
        }

        await origin.WaitForEndedAsync(1, _limit.Token);
        await File.WriteAllTextAsync(directory["go"], "");
        var result = await reading.WaitForExitAsync(s_patience);

        // Whether the bastion hears the gateway's last word depends on how long its client has held it up.
        Assert.Matches(@"^fastproxy: [^\n]*\[reason=(revoked|stream_lost)\][^\n]*\nexit 9\n$", result.ErrorText);
        Assert.InRange(result.Output.Length, OnTheWay, int.MaxValue);
        if (!killed)
        {
            var ended = await path.Bastion.Program.WaitForErrorAsync(new Regex(@" ended: (revoked|stream_lost), 0 bytes up, (?<down>\d+) bytes down"), s_patience);
            Assert.InRange(result.Output.Length, long.Parse(ended.Groups["down"].Value, CultureInfo.InvariantCulture), int.MaxValue);
        }
    }

    [Fact]
    public async Task ABastionWithoutOutcomesEndsEverySessionInOrder()
    {
        // Such were bastions before there were outcomes.
        Assert.Equal((0, ""), await AskAsync("HTTP/1.1 200 Connection established\r\n\r\nbytes", "bytes"));
    }

    [Fact]
    public async Task AnOutcomeThatWasPromisedAndDoesNotComeIsNoSession()
    {
        var (code, error) = await AskAsync("HTTP/1.1 200 Connection established\r\nFastProxy-Outcome: descriptor\r\n\r\n", "");
        Assert.Equal(8, code);
        Assert.Contains("the descriptor that the bastion sent with its answer did not arrive", error, StringComparison.Ordinal);
    }

    /// <summary>Asks the bastion to stop, and waits until it takes nobody any more.</summary>
    private static async Task DrainAsync(OutcomePath path)
    {
        path.Bastion.Program.Send(PosixSignalNumber.Terminate);
        Assert.True(await Settled.WithinAsync(s_patience, async () => (await RunningProgram.RunAsync(PublishedBinary.Path, path.Arguments)).ExitCode == 6));
    }

    /// <summary>Runs <c>connect</c> against a server that gives one answer, reads to the client's end, and is gone.</summary>
    private async Task<(int ExitCode, string Error)> AskAsync(string answer, string expected)
    {
        using var directory = new TempDirectory();
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(directory["bastion.sock"]));
        listening.Listen();
        var running = RunningProgram.RunAsync(PublishedBinary.Path, ["connect", "--agent", directory["bastion.sock"], OutcomePath.Host]);
        using (var client = await listening.AcceptAsync(_limit.Token))
        {
            var question = new byte[1024];
            var length = await client.ReceiveAsync(question, _limit.Token);
            Assert.Equal($"CONNECT {OutcomePath.Host} HTTP/1.1\r\nHost: {OutcomePath.Host}\r\nFastProxy-Outcome: descriptor\r\n\r\n", Encoding.ASCII.GetString(question, 0, length));
            await client.SendAllAsync(Encoding.ASCII.GetBytes(answer), _limit.Token);
            client.Shutdown(SocketShutdown.Send);
            while (await client.ReceiveAsync(question, _limit.Token) > 0)
            {
                // It has nothing to say, but its end.
            }
        }

        var result = await running;
        Assert.Equal(expected, result.OutputText);
        return (result.ExitCode, result.ErrorText);
    }
}
