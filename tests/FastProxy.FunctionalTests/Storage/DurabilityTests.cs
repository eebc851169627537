using System.Collections.Concurrent;
using System.Globalization;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Storage;

public sealed class DurabilityTests
{
    private const int Creations = 200;
    private const int Writers = 4;

    [Fact]
    public async Task EveryTokenReportedCreatedSurvivesKillingTheGateway()
    {
        await using var gateway = await GatewayProcess.StartAsync();
        var created = new ConcurrentBag<ServiceToken>();
        var next = 0;
        var victim = new FastProxy.Testing.Signal();

        // The gateway is killed while creations are under way: when half of them have been reported.
        var writers = Enumerable.Range(0, Writers).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var n && n <= Creations)
            {
                var result = await gateway.Cli.TryAsync("token", "create", string.Create(CultureInfo.InvariantCulture, $"token-{n}"), "--json");
                if (result.ExitCode == 0)
                {
                    created.Add(FastProxyCli.ReadToken(result));
                    victim.Raise();
                }
            }
        }).ToArray();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await victim.WaitAsync(Creations / 2, limit.Token);
        gateway.Program.Send(PosixSignalNumber.Kill);
        await Task.WhenAll(writers);
        await gateway.RestartAsync();

        var tokens = await gateway.Cli.JsonAsync("token", "list");

        var ids = tokens.EnumerateArray().Select(token => token.GetProperty("client_id").GetString()!).ToHashSet();
        Assert.InRange(created.Count, Creations / 2, Creations);
        Assert.All(created, token => Assert.Contains(token.Id, ids));
    }
}
