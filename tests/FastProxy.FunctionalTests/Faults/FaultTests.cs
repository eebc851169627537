using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Faults;

/// <summary>Under load the path drops every packet, or the gateway is killed: every session ends with a reported outcome or completes.</summary>
public sealed class FaultTests
{
    private const int KeepAlive = 4;
    private const int Workers = 8;

    /// <summary>Two intervals are promised to a session that is open; three times that. Without the promise it would be a quarter of an hour.</summary>
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(3 * 2 * KeepAlive);

    /// <summary>One that is being opened may wait besides ten seconds for a stream and ten for a dial.</summary>
    private static readonly TimeSpan s_boundOfOpening = s_bound + TimeSpan.FromSeconds(3 * 20);

    [NetworkFact]
    public async Task APathThatDropsEveryPacketEndsItsSessionsAndHealsByItself()
    {
        await using var path = await IsolatedPath.StartAsync(KeepAlive);
        await using var load = new Load(path.Client, Workers);
        for (var cycle = 0; cycle < TestScale.Pick(1, 10); cycle++)
        {
            await load.CompleteAsync(50);
            path.Network.Cut();
            var (open, all) = await load.OutliveAsync();
            Figures.Record($"last open session of a path that drops every packet ended, keepalive {KeepAlive} s, after", open.TotalSeconds, "s");
            Assert.True(open < s_bound, $"a session hung for {open}");
            Assert.True(all < s_boundOfOpening, $"a session was being opened for {all}");
            path.Network.Mend();
        }

        await load.CompleteAsync(50);
        await load.StopAsync();
        await AssertReportedAsync(path, load);

        // Nobody asks for a session now: the pool finds out by itself, on both sides, and comes back by itself.
        path.Network.Cut();
        await IsolatedPath.UntilAsync("the dead streams are given up", () => path.StreamsOfBastion() == 0 && path.StreamsOfGateway() == 0);
        path.Network.Mend();
        await IsolatedPath.UntilAsync("the pool is filled again", () => path.StreamsOfBastion() >= 2 && path.StreamsOfGateway() >= 2);
    }

    [NetworkFact]
    public async Task AKilledGatewayEndsItsSessionsAndDeliversNothingTwice()
    {
        var random = new Random(20_261_122);
        await using var path = await IsolatedPath.StartAsync(KeepAlive);
        await using var load = new Load(path.Client, Workers);
        for (var cycle = 0; cycle < TestScale.Pick(4, 50); cycle++)
        {
            await load.CompleteAsync(random.Next(1, 100));
            path.Gateway.Program.Send(PosixSignalNumber.Kill);
            var (open, all) = await load.OutliveAsync();
            Assert.True(open < s_bound, $"a session hung for {open}");
            Assert.True(all < s_boundOfOpening, $"a session was being opened for {all}");
            await path.Gateway.RestartAsync();
        }

        await load.CompleteAsync(50);
        await load.StopAsync();
        Assert.True(load.Count(SessionFate.Lost) > 0, "no session was open when the gateway was killed");
        await AssertReportedAsync(path, load);
        await IsolatedPath.UntilAsync("the pool is filled again", () => path.StreamsOfBastion() >= 2);
    }

    private static async Task AssertReportedAsync(IsolatedPath path, Load load)
    {
        // What the bastion calls complete is complete. The other way round a session may have had its whole answer, and the gateway died
        // before it could say so.
        Assert.InRange(await path.ReportedCompleteAsync(load.Begun), 1, load.Count(SessionFate.Completed));
        Assert.Empty(path.Origin.SeenTwice);
        foreach (var fate in Enum.GetValues<SessionFate>())
        {
            Figures.Record($"sessions under faults, {fate}", load.Count(fate), "");
        }
    }
}
