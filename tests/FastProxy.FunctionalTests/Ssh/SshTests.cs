using System.Globalization;
using System.Text;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Ssh;

public sealed class SshTests(SshPath path) : IClassFixture<SshPath>
{
    private const int Sessions = 50;
    private const int TransferBytes = 200 * 1000 * 1000;

    private static readonly TimeSpan s_transferLimit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task ALoginRunsACommandAndCarriesItsStreamsAndExitCode()
    {
        var result = await path.SshAsync("cat; echo problem >&2; exit 7", "hello\n"u8.ToArray());

        Assert.Equal(7, result.ExitCode);
        Assert.Equal("hello\n", result.OutputText);
        Assert.EndsWith("problem\n", result.ErrorText, StringComparison.Ordinal); // after the warning about a secret on argv
    }

    [Fact]
    public async Task FiftySessionsAtOnceAllSucceed()
    {
        var sessions = Enumerable.Range(0, Sessions)
            .Select(_ => RunningProgram.Start("ssh", ["-F", path.Config, SshPath.Host, "echo ready; cat"]))
            .ToArray();
        try
        {
            // None gets its input, and so none ends, before all have answered: they truly are open at once.
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
            await Task.WhenAll(sessions.Select(session => session.Output.WaitForLengthAsync("ready\n".Length, limit.Token)));
            await Task.WhenAll(sessions.Select((session, n) => session.WriteInputAsync(Line(n))));

            var results = await Task.WhenAll(sessions.Select(session => session.WaitForExitAsync(TimeSpan.FromMinutes(2))));

            for (var n = 0; n < Sessions; n++)
            {
                Assert.Equal([.. "ready\n"u8, .. Line(n)], results[n].MustSucceed().Output);
            }
        }
        finally
        {
            foreach (var session in sessions)
            {
                await session.DisposeAsync();
            }
        }

        static byte[] Line(int n) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"session {n}\n"));
    }

    [Fact]
    public async Task GitClonesAndPushes()
    {
        using var directory = new TempDirectory();
        await GitAsync(directory.Path, "init", "--quiet", "--bare", "origin.git");
        await GitAsync(directory.Path, "clone", "--quiet", $"{SshPath.Host}:{directory["origin.git"]}", "first");
        var file = TestFile.Write(directory["first/data.bin"], 5_000_000, seed: 1);
        await GitAsync(directory["first"], "add", ".");
        await GitAsync(directory["first"], "commit", "--quiet", "--message", "data");
        await GitAsync(directory["first"], "push", "--quiet", "origin", "HEAD:refs/heads/main");

        await GitAsync(directory.Path, "clone", "--quiet", "--branch", "main", $"{SshPath.Host}:{directory["origin.git"]}", "second");

        Assert.Equal(file, TestFile.Sha256(directory["second/data.bin"]));
        await GitAsync(directory["origin.git"], "fsck", "--full", "--strict");
    }

    [Fact]
    public async Task ScpCopies200MegabytesBothWays()
    {
        using var directory = new TempDirectory();
        var digest = TestFile.Write(directory["source"], TransferBytes, seed: 2);

        var up = await RunningProgram.RunAsync(
            "scp", ["-q", "-F", path.Config, directory["source"], $"{SshPath.Host}:{directory["up"]}"], timeout: s_transferLimit);
        var down = await RunningProgram.RunAsync(
            "scp", ["-q", "-F", path.Config, $"{SshPath.Host}:{directory["up"]}", directory["down"]], timeout: s_transferLimit);

        up.MustSucceed();
        down.MustSucceed();
        Assert.Equal(digest, TestFile.Sha256(directory["up"]));
        Assert.Equal(digest, TestFile.Sha256(directory["down"]));
        Figures.Record("scp of 200 MB, up", TransferBytes / 1e6 / up.Elapsed.TotalSeconds, "MB/s");
        Figures.Record("scp of 200 MB, down", TransferBytes / 1e6 / down.Elapsed.TotalSeconds, "MB/s");
    }

    [Fact]
    public async Task RsyncCopies200MegabytesBothWays()
    {
        using var directory = new TempDirectory();
        var digest = TestFile.Write(directory["source"], TransferBytes, seed: 3);

        await RsyncAsync(directory["source"], $"{SshPath.Host}:{directory["up"]}");
        await RsyncAsync($"{SshPath.Host}:{directory["up"]}", directory["down"]);

        Assert.Equal(digest, TestFile.Sha256(directory["up"]));
        Assert.Equal(digest, TestFile.Sha256(directory["down"]));
    }

    private async Task RsyncAsync(string from, string to) =>
        (await RunningProgram.RunAsync("rsync", ["--whole-file", from, to], environment: path.Environment, timeout: s_transferLimit)).MustSucceed();

    private async Task GitAsync(string directory, params string[] arguments) =>
        (await RunningProgram.RunAsync("git", arguments, environment: path.Environment, directory: directory)).MustSucceed();
}
