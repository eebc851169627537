using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>The descriptor on which a client learns its session's outcome: who gets one, and that none is left behind.</summary>
public sealed class OutcomeDescriptorTests : IDisposable
{
    private const string Wanted = "FastProxy-Outcome: descriptor\r\n";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(4));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task OnlyWhoAsksForItGetsOne()
    {
        await using var origin = new EchoPeer();
        await using var path = await OutcomePath.StartAsync(origin);
        var before = path.Pipes();
        var (plain, head) = await path.Bastion.AskAsync(OutcomePath.Host);
        using (plain)
        using (var passed = await PassedSocket.ReceiveAsync(path.Bastion.Binary, "connect", "--fdpass", "--agent", path.Bastion.Socket, OutcomePath.Host))
        {
            Assert.Equal("HTTP/1.1 200 Connection established\r\n\r\n", head);
            Assert.Equal(before, path.Pipes());
            await using (var client = await path.ConnectAsync(_limit.Token))
            {
                // The client has the other end.
                Assert.Equal(before + 1, path.Pipes());
                (await EndAsync(client)).MustSucceed();
            }
        }

        Assert.True(await Settled.WithinAsync(s_patience, () => Task.FromResult(path.Pipes() == before)));
    }

    [Fact]
    public async Task WhoeverDoesNotTakeItHasASessionAllTheSame()
    {
        await using var origin = new EchoPeer();
        await using var path = await OutcomePath.StartAsync(origin);
        var (socket, head) = await path.Bastion.AskAsync(OutcomePath.Host, Wanted);
        using (socket)
        {
            // A plain receive has no place for it, and the kernel drops it.
            Assert.Equal($"HTTP/1.1 200 Connection established\r\n{Wanted}\r\n", head);
            await socket.SendAllAsync("hello"u8.ToArray(), _limit.Token);
            socket.Shutdown(SocketShutdown.Send);
            var (echo, length) = (new byte[100], 0);
            for (int count; (count = await socket.ReceiveAsync(echo.AsMemory(length), _limit.Token)) > 0;)
            {
                length += count;
            }

            Assert.Equal("hello"u8.ToArray(), echo[..length]);
        }

        // Nobody heard the last word, which is no reason for the bastion to end.
        (await RunningProgram.RunAsync(PublishedBinary.Path, path.Arguments)).MustSucceed();
    }

    [Fact]
    public async Task WithoutOneToGiveThereIsNoSession()
    {
        await using var origin = new EchoPeer();
        await using var path = await OutcomePath.StartAsync(origin, "pool: { min_idle: 1, max_idle: 1 }");
        (await RunningProgram.RunAsync(PublishedBinary.Path, path.Arguments)).MustSucceed();

        // What the bastion still opens or closes in its own time makes it one too few, and nobody is accepted, or too many: then again.
        ProgramResult result = null!;
        Assert.True(await Settled.WithinAsync(s_patience, async () =>
        {
            await QuietAsync(path);
            result = await AskWithOneLeftAsync(path);
            return result.ExitCode == 10;
        }));
        Assert.Contains("503 the bastion has no descriptor left on which it could say how the session ends [reason=overloaded]", result.ErrorText, StringComparison.Ordinal);

        // No session, for whoever counts them or reads the log.
        await path.Bastion.Program.WaitForErrorAsync(new Regex($@" was refused {OutcomePath.Host}: the bastion has no descriptor left [^\n]*\[reason=overloaded\]"), s_patience);
        Assert.DoesNotContain(" ended: overloaded", path.Bastion.Log, StringComparison.Ordinal);
        var scrape = await path.ScrapeAsync(_limit.Token);
        Assert.Equal(
            (1, 0), (scrape["fastproxy_bastion_refusals_total{reason=\"overloaded\"}"], scrape["fastproxy_bastion_sessions_ended_total{reason=\"overloaded\"}"]));
        Assert.True(await Settled.WithinAsync(s_patience, async () => (await RunningProgram.RunAsync(PublishedBinary.Path, path.Arguments)).ExitCode == 0));
    }

    [Fact]
    public async Task NoneIsLeftHoweverSessionsEnd()
    {
        const int Rounds = 40;
        await using var origin = new EchoPeer();
        await using var path = await OutcomePath.StartAsync(origin, "pool: { min_idle: 1, max_idle: 1 }");
        await RoundAsync(path, 0);
        await QuietAsync(path);
        var (pipes, descriptors) = (path.Pipes(), path.Bastion.Program.Descriptors());

        await Parallel.ForEachAsync(Enumerable.Range(0, Rounds), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (round, _) => await RoundAsync(path, round));

        // Others are open when their token ends.
        var cut = new List<RunningProgram>();
        try
        {
            for (var i = 0; i < 10; i++)
            {
                cut.Add(await path.ConnectAsync(_limit.Token));
            }

            await path.Gateway.Cli.RunAsync("token", "disable", OutcomePath.TokenName);
            Assert.All(await Task.WhenAll(cut.Select(client => client.WaitForExitAsync(s_patience))), result => Assert.Equal(9, result.ExitCode));
            await path.Gateway.Cli.RunAsync("token", "enable", OutcomePath.TokenName);
        }
        finally
        {
            foreach (var client in cut)
            {
                await client.DisposeAsync();
            }
        }

        (await RunningProgram.RunAsync(PublishedBinary.Path, path.Arguments)).MustSucceed();
        var (left, all) = (0, 0);
        Assert.True(
            await Settled.WithinAsync(s_patience, () => Task.FromResult((left = path.Pipes()) == pipes && (all = path.Bastion.Program.Descriptors()) <= descriptors)),
            $"{left} pipes where there were {pipes}, {all} descriptors where there were {descriptors}");
    }

    /// <summary>Five sessions, each with another end.</summary>
    private async Task RoundAsync(OutcomePath path, int round)
    {
        // In order.
        var result = await RunningProgram.RunAsync(PublishedBinary.Path, path.Arguments, new SeededBytes(round).ToArray(1000));
        Assert.Equal(new SeededBytes(round).ToArray(1000), result.MustSucceed().Output);

        // By a client that asks and goes before it is answered.
        using (var gone = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await gone.ConnectAsync(new UnixDomainSocketEndPoint(path.Bastion.Socket), _limit.Token);
            await gone.SendAllAsync(Encoding.ASCII.GetBytes($"CONNECT {OutcomePath.Host}:22 HTTP/1.1\r\n{Wanted}\r\n"), _limit.Token);
        }

        // By one that goes with its descriptor, or before it has looked at the answer.
        var (open, head) = await path.Bastion.AskAsync(OutcomePath.Host, Wanted);
        open.Dispose();
        Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);

        // Before it began: the bastion refuses, or the gateway does.
        foreach (var (host, status) in new[] { ("other.test.localhost", 403), ("unknown.test.localhost", 404) })
        {
            var (refused, answer) = await path.Bastion.AskAsync(host, Wanted);
            refused.Dispose();
            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("FastProxy-Outcome", answer, StringComparison.Ordinal);
        }
    }

    /// <summary>Runs <c>connect</c> while one number is left, for the client; a pipe has two.</summary>
    private async Task<ProgramResult> AskWithOneLeftAsync(OutcomePath path)
    {
        var taken = Directory.GetFileSystemEntries($"/proc/{path.Bastion.Program.Id}/fd").Select(entry => int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture)).ToHashSet();
        var free = Enumerable.Range(0, int.MaxValue).First(number => !taken.Contains(number));
        await LimitAsync(path, string.Create(CultureInfo.InvariantCulture, $"{free + 1}"));
        var asking = RunningProgram.RunAsync(PublishedBinary.Path, path.Arguments);
        await Task.WhenAny(asking, Task.Delay(TimeSpan.FromSeconds(10), _limit.Token));
        await LimitAsync(path, "1024");
        return await asking;
    }

    /// <summary>Limits the numbers of the descriptors that the bastion may still open.</summary>
    private static async Task LimitAsync(OutcomePath path, string limit) =>
        (await RunningProgram.RunAsync("prlimit", ["--pid", string.Create(CultureInfo.InvariantCulture, $"{path.Bastion.Program.Id}"), $"--nofile={limit}:"])).MustSucceed();

    private async Task QuietAsync(OutcomePath path) => await Settled.WaitAsync(() => path.Bastion.Program.Descriptors(), TimeSpan.FromSeconds(1), _limit.Token);

    private static async Task<ProgramResult> EndAsync(RunningProgram client)
    {
        await client.WriteInputAsync(default);
        return await client.WaitForExitAsync(s_patience);
    }
}
