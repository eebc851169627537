using System.Diagnostics;
using FastProxy.FunctionalTests.Faults;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>One session after another over a bastion's pool: none is lost, no byte mixed up, nothing left behind.</summary>
public sealed class SequentialSessionTests
{
    private const int WarmUp = 300;
    private const long MostGrowth = 8 << 20;
    private const string Host = "counting.test.localhost";

    [Fact]
    public async Task LeaveNothingBehind()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(TestScale.Pick(5, 15)));
        await using var origin = new CountingPeer();
        await using var gateway = await GatewayProcess.StartAsync();
        var token = await gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{origin.Port}");

        // A pool of one size: how many streams a bastion would keep otherwise depends on how its sessions met.
        await using var bastion = await BastionProcess.StartAsync(
            gateway, new() { ["one"] = token }, [$"uid: 0, hostnames: [{Host}], token: one"], "pool: { min_idle: 4, max_idle: 4, max: 4 }");
        var client = new AgentClient(bastion.Socket, Host);
        await RunAsync(WarmUp);
        var before = await RestAsync();

        var sessions = TestScale.Pick(2_000, 20_000);
        var began = Stopwatch.GetTimestamp();
        await RunAsync(sessions);
        Figures.Record($"{sessions} sequential sessions over a pool, a second", sessions / Stopwatch.GetElapsedTime(began).TotalSeconds, "");

        var after = await RestAsync();
        Figures.Record($"{sessions} sequential sessions over a pool, growth of the bastion", (after.Bastion - before.Bastion) / 1024.0, "KiB");
        Figures.Record($"{sessions} sequential sessions over a pool, growth of the gateway", (after.Gateway - before.Gateway) / 1024.0, "KiB");
        Assert.Equal(WarmUp + sessions, origin.Accepted);
        Assert.Empty(origin.SeenTwice);
        Assert.Equal(before.Descriptors, after.Descriptors);
        Assert.InRange(after.Bastion - before.Bastion, long.MinValue, MostGrowth);
        Assert.InRange(after.Gateway - before.Gateway, long.MinValue, MostGrowth);

        async Task RunAsync(int count)
        {
            var random = new Random(1);
            for (var i = 0; i < count; i++)
            {
                // Each answer is the hash of what its own session sent.
                Assert.Equal(SessionFate.Completed, await client.RunAsync(1, random.Next(16, i % 100 == 0 ? 300_000 : 2_000), TimeSpan.Zero, null, limit.Token));
            }
        }

        async Task<(int Descriptors, long Bastion, long Gateway)> RestAsync()
        {
            await Settled.WaitAsync(() => bastion.Program.Descriptors() + gateway.Program.Descriptors(), TimeSpan.FromSeconds(2), limit.Token);
            return (bastion.Program.Descriptors() + gateway.Program.Descriptors(), bastion.Program.ResidentBytes(), gateway.Program.ResidentBytes());
        }
    }
}
