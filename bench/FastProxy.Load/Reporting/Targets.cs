using FastProxy.Load.Measuring;

namespace FastProxy.Load.Reporting;

/// <summary>What FastProxy promises beside its neighbours.</summary>
internal static class Targets
{
    public static IEnumerable<Target> Of(Results results)
    {
        foreach (var (direction, cpu) in new[] { ("up", Metrics.UpCpu), ("down", Metrics.DownCpu) })
        {
            yield return new("P1", $"wss bulk {direction}, CPU s/GiB of both processes ÷ the stunnel pair's", results.Ratio(ChainNames.Wss, ChainNames.Stunnel, cpu), 0.9);
        }

        foreach (var (direction, rate) in new[] { ("up", Metrics.UpGbit), ("down", Metrics.DownGbit) })
        {
            yield return new("P2", $"wss bulk {direction}, throughput ÷ the stunnel pair's", results.Ratio(ChainNames.Wss, ChainNames.Stunnel, rate), 1.15, AtLeast: true);
            foreach (var other in results.Chains.Where(IsOther))
            {
                yield return new("P2", $"wss bulk {direction}, throughput ÷ {other}'s", results.Ratio(ChainNames.Wss, other, rate), 2, AtLeast: true);
            }
        }

        foreach (var (direction, cpu) in new[] { ("up", Metrics.UpCpu), ("down", Metrics.DownCpu) })
        {
            yield return new("P3", $"ws bulk {direction}, CPU s/GiB of both processes ÷ one haproxy hop's", results.Ratio(ChainNames.Ws, ChainNames.Haproxy, cpu), 1.4);
        }

        yield return new("P4", "wss connect + first byte, p50 ÷ one haproxy hop's", results.Ratio(ChainNames.Wss, ChainNames.Haproxy, Metrics.Connect50), 2);
        yield return new("P4", "wss connect + first byte, p99 ÷ one haproxy hop's", results.Ratio(ChainNames.Wss, ChainNames.Haproxy, Metrics.Connect99), 3);
        foreach (var chain in new[] { ChainNames.Ws, ChainNames.Wss })
        {
            yield return new(
                "P5",
                $"{Short(chain)} 1-byte round trip, p50 added over direct ÷ what one haproxy hop adds",
                results.Added(chain, Metrics.RoundTrip50) / results.Added(ChainNames.Haproxy, Metrics.RoundTrip50),
                2);
        }

        foreach (var chain in new[] { ChainNames.Ws, ChainNames.Wss })
        {
            yield return new(
                "agent",
                $"{Short(chain)} exec → first origin byte, p50: `connect --fdpass` ÷ `access ssh`",
                results.Get(chain, Metrics.ExecConnect50) / results.Get(chain, Metrics.ExecAccess50),
                0.5);
        }

        yield return new("P7", "wss idle session on the gateway, KiB each", results.Get(ChainNames.Wss, Metrics.IdleEach), 20);
        yield return new("P7", "ws idle session on the gateway, KiB each", results.Get(ChainNames.Ws, Metrics.IdleEach), 8);
        yield return new("P7", "wss idle pooled stream on the gateway, KiB each", results.Get(ChainNames.Wss, Metrics.PooledEach), 12);
        foreach (var (direction, rate) in new[] { ("up", Metrics.UpGbit), ("down", Metrics.DownGbit) })
        {
            yield return new("P9", $"stock wss bulk {direction}, throughput ÷ fastproxy.v1's", results.Ratio(ChainNames.StockWss, ChainNames.Wss, rate), 0.9, AtLeast: true);
        }

        foreach (var (direction, rate) in new[] { ("up", Metrics.DelayedUpMbit), ("down", Metrics.DelayedDownMbit) })
        {
            yield return new("P10", $"wss bulk {direction} over 100 ms, one stream, Mbit/s", results.Get(ChainNames.Wss, rate), 500, AtLeast: true);
        }

        yield return new("P10", "wss connect + first byte over 100 ms, p50, ms", results.Get(ChainNames.Wss, Metrics.DelayedConnect50) / 1000, 105);
    }

    private static bool IsOther(string chain) =>
        chain is not (ChainNames.Direct or ChainNames.Haproxy or ChainNames.Stunnel or "socat") && !chain.StartsWith("fastproxy-", StringComparison.Ordinal);

    private static string Short(string chain) => chain["fastproxy-".Length..];
}
