using System.Text;
using FastProxy.Load.Measuring;

namespace FastProxy.Load.Reporting;

/// <summary>The report as text.</summary>
internal static class Markdown
{
    private static readonly Column[] s_bulk =
    [
        Column.Of("up Gbit/s", Metrics.UpGbit, "0.00"),
        Column.Of("CPU s/GiB", Metrics.UpCpu, "0.00"),
        Column.Of("syscalls/GiB", Metrics.UpCalls, "#,0"),
        Column.Of("down Gbit/s", Metrics.DownGbit, "0.00"),
        Column.Of("CPU s/GiB", Metrics.DownCpu, "0.00"),
        Column.Of("syscalls/GiB", Metrics.DownCalls, "#,0"),
        Column.Of("100 ms: up Mbit/s", Metrics.DelayedUpMbit, "0"),
        Column.Of("down Mbit/s", Metrics.DelayedDownMbit, "0"),
        Column.Of("connect ms", Metrics.DelayedConnect50, "0", 1e-3),
    ];

    private static readonly Column[] s_latency =
    [
        Column.Of("connect + 1 byte p50 ms", Metrics.Connect50, "0.00", 1e-3),
        Column.Of("p99 ms", Metrics.Connect99, "0.00", 1e-3),
        Column.Of("1-byte RTT p50 µs", Metrics.RoundTrip50, "0"),
        new("added µs", (results, chain) => chain == ChainNames.Direct ? "" : Column.Format(results.Added(chain, Metrics.RoundTrip50), "0")),
        Column.Of("p99 µs", Metrics.RoundTrip99, "0"),
        Column.Of("exec to first byte: `access ssh` p50 ms", Metrics.ExecAccess50, "0.0", 1e-3),
        Column.Of("`connect --fdpass` p50 ms", Metrics.ExecConnect50, "0.0", 1e-3),
        Column.Of("parallel: succeeded", Metrics.ParallelSucceeded, "0"),
        Column.Of("ms", Metrics.ParallelTime, "0"),
        Column.Of("idle: sessions", Metrics.IdleSucceeded, "0"),
        Column.Of("KiB each", Metrics.IdleEach, "0.0"),
        Column.Of("KiB each over a fresh process", Metrics.IdleEachFresh, "0.0"),
        Column.Of("idle pooled stream KiB", Metrics.PooledEach, "0.0"),
        Column.Of("RSS MiB fresh", Metrics.IdleFresh, "0"),
        Column.Of("before", Metrics.IdleBefore, "0"),
        Column.Of("with", Metrics.IdleWith, "0"),
    ];

    private static readonly Column[] s_ratios =
    [
        .. RatiosTo(ChainNames.Haproxy),
        .. RatiosTo(ChainNames.Stunnel),
    ];

    public static string Write(Results results, IReadOnlyCollection<Target> targets)
    {
        var text = new StringBuilder();
        Table(text, "Bulk, one stream", results, s_bulk);
        Table(text, "Latency, crowds, memory", results, s_latency);
        Table(text, "Ratios (÷ haproxy, ÷ stunnel; RTT: what is added over direct)", results, s_ratios);
        text.AppendLine("### Targets").AppendLine().AppendLine("| # | measured | figure | target | |").AppendLine("|---|---|---|---|---|");
        foreach (var target in targets)
        {
            var bound = (target.AtLeast ? "≥ " : "≤ ") + Column.Format(target.Bound, "0.##");
            var verdict = target.Verdict == Verdict.NotMeasured ? "not measured" : target.Verdict.ToString().ToLowerInvariant();
            text.Append("| ").AppendJoin(" | ", target.Number, target.Text, Column.Format(target.Figure, "0.00"), bound, verdict).AppendLine(" |");
        }

        return text.ToString();
    }

    private static IEnumerable<Column> RatiosTo(string neighbour) =>
    [
        Column.Ratio($"up ÷ {neighbour}", Metrics.UpGbit, neighbour),
        Column.Ratio("CPU", Metrics.UpCpu, neighbour),
        Column.Ratio("down", Metrics.DownGbit, neighbour),
        Column.Ratio("CPU", Metrics.DownCpu, neighbour),
        Column.Ratio("connect p50", Metrics.Connect50, neighbour),
        new("RTT added", (results, chain) => chain == ChainNames.Direct
            ? ""
            : Column.Format(results.Added(chain, Metrics.RoundTrip50) / results.Added(neighbour, Metrics.RoundTrip50), "0.00")),
    ];

    private static void Table(StringBuilder text, string title, Results results, IReadOnlyCollection<Column> columns)
    {
        text.Append("### ").AppendLine(title).AppendLine();
        text.Append("| chain | ").AppendJoin(" | ", columns.Select(column => column.Title)).AppendLine(" |");
        text.Append("|---|").AppendJoin("", columns.Select(_ => "---:|")).AppendLine();
        foreach (var chain in results.Chains)
        {
            text.Append("| ").Append(chain).Append(" | ").AppendJoin(" | ", columns.Select(column => column.Cell(results, chain))).AppendLine(" |");
        }

        text.AppendLine();
    }
}
