using System.Collections.Concurrent;
using System.Globalization;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Crash;

/// <summary>What was reported done outlives <c>kill -9</c>.</summary>
public sealed class KillTests : IDisposable
{
    private const int Tokens = 200;
    private const int Workers = 8;

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(TestScale.Pick(5, 20)));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task EveryTokenThatWasReportedCreatedIsThereAfterwards()
    {
        var random = new Random(20_260_801);
        var created = new ConcurrentDictionary<string, string>();
        await using var gateway = await GatewayProcess.StartAsync();
        for (var cycle = 0; cycle < TestScale.Pick(4, 60); cycle++)
        {
            var before = created.Count;
            await CreateUntilKilledAsync(gateway, cycle, random.Next(1, Tokens), created);
            await gateway.RestartAsync();

            var listed = (await gateway.Cli.JsonAsync("token", "list")).EnumerateArray().ToDictionary(
                token => token.GetProperty("id").GetString()!,
                token => token.GetProperty("name").GetString()!);
            Assert.All(created, token => Assert.Equal(token.Value, listed.GetValueOrDefault(token.Key)));
            Assert.NotEqual(before, created.Count);

            // At most what was under way at the kill is there without having been reported.
            Assert.InRange(listed.Count - created.Count, 0, (cycle + 1) * (Workers + 1));
        }

        Figures.Record("tokens reported created before a kill -9, all found again", created.Count, "");
    }

    private async Task CreateUntilKilledAsync(GatewayProcess gateway, int cycle, int killAfter, ConcurrentDictionary<string, string> created)
    {
        using var api = new AdminApi(gateway.AdminSocket);
        var next = 0;
        var done = 0;
        var workers = Enumerable.Range(0, Workers).Select(_ => Task.Run(WorkAsync)).Append(Task.Run(CommandAsync));
        await Task.WhenAll(workers);
        Assert.True((await gateway.Program.WaitForExitAsync(TimeSpan.FromSeconds(60))).ExitCode == 137);

        async Task WorkAsync()
        {
            for (int number; (number = Interlocked.Increment(ref next)) <= Tokens;)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"api-{cycle}-{number}");
                if (await api.TryCreateTokenAsync(name, _limit.Token) is not { } id)
                {
                    return;
                }

                Created(id, name);
            }
        }

        async Task CommandAsync()
        {
            for (var number = 0; !gateway.Program.HasExited; number++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"cli-{cycle}-{number}");
                var result = await gateway.Cli.TryAsync("token", "create", name, "--json");
                if (result.ExitCode == 0)
                {
                    using var token = System.Text.Json.JsonDocument.Parse(result.Output);
                    Created(token.RootElement.GetProperty("id").GetString()!, name);
                }
            }
        }

        void Created(string id, string name)
        {
            Assert.True(created.TryAdd(id, name));
            if (Interlocked.Increment(ref done) == killAfter)
            {
                gateway.Program.Send(PosixSignalNumber.Kill);
            }
        }
    }
}
