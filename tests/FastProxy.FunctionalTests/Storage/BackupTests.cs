using System.Globalization;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Tcp;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Storage;

/// <summary><c>fastproxy store backup</c> and <c>restore</c> of the published binary.</summary>
public sealed class BackupTests
{
    private const string Host = "kept.test.localhost";

    [Fact]
    public async Task ABackupMadeUnderLoadServesSessionsElsewhere()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var directory = new TempDirectory();
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");
        using var stop = new CancellationTokenSource();
        var load = Task.Run(
            async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    await gateway.Cli.CreateTokenAsync(string.Create(CultureInfo.InvariantCulture, $"load-{i}"));
                }
            },
            limit.Token);
        await using (var client = await AccessListener.StartAsync(gateway, Host, token))
        {
            var traffic = EchoExchange.RunAsync(client.Port, new SeededBytes(1), 50_000_000, null, limit.Token);
            for (var i = 0; i < 5; i++)
            {
                (await StoreAsync("backup", directory["backup.db"], "--overwrite", "--data-dir", gateway.DataDirectory)).MustSucceed();
            }
            Assert.Equal(50_000_000, (await traffic).Length);
        }
        await stop.CancelAsync();
        await load;

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory["backup.db"]));
        Assert.Equal(["backup.db"], Directory.EnumerateFileSystemEntries(directory.Path).Select(path => Path.GetFileName(path)));
        var again = await StoreAsync("backup", directory["backup.db"], "--data-dir", gateway.DataDirectory);
        Assert.Equal((1, $"fastproxy: store backup: there is a file {directory["backup.db"]} already: name another, or say --overwrite\n"), (again.ExitCode, again.ErrorText));

        // Into a gateway that was never there.
        await using var fresh = await GatewayProcess.StartAsync();
        var running = await StoreAsync("restore", directory["backup.db"], "--data-dir", fresh.DataDirectory);
        Assert.Equal((1, $"fastproxy: store restore: a gateway is serving from {fresh.DataDirectory}: stop it first\n"), (running.ExitCode, running.ErrorText));
        await fresh.StopAsync();
        (await StoreAsync("restore", directory["backup.db"], "--data-dir", fresh.DataDirectory)).MustSucceed();
        await fresh.RestartAsync();

        await using var restored = await AccessListener.StartAsync(fresh, Host, token);
        var bytes = new SeededBytes(2);
        Assert.Equal(new ReceivedBytes(1_000_000, bytes.Sha256(1_000_000)), await EchoExchange.RunAsync(restored.Port, bytes, 1_000_000, null, limit.Token));
    }

    private static Task<ProgramResult> StoreAsync(params string[] arguments) =>
        PublishedBinary.RunAsync(["store", .. arguments], timeout: TimeSpan.FromSeconds(60));
}
