using System.Diagnostics;
using FastProxy.Transport.Streams;

namespace FastProxy.Hosting.Metrics;

/// <summary>What gateway and bastion say alike.</summary>
internal static class ProcessMetrics
{
    private static readonly double s_startTime = StartTime();

    /// <summary>Which build this is and since when it runs.</summary>
    public static void Write(MetricsText text)
    {
        text.Gauge("fastproxy_build_info", "Always 1; the version of this build is a label.").Sample(1, ("version", ProductVersion.Number));
        text.Gauge("process_start_time_seconds", "When the process started, in seconds since 1970-01-01 UTC.").Sample(s_startTime);
    }

    /// <summary>A sample for every reason code, those that never came up included: what appears at 1 has no rise to be seen.</summary>
    /// <param name="text">Where a metric was begun.</param>
    /// <param name="counts">By the code's value.</param>
    public static void ByReason(MetricsText text, IReadOnlyList<long> counts)
    {
        for (var code = 0; code < counts.Count; code++)
        {
            text.Sample(counts[code], ("reason", ((ReasonCode)code).ToName()));
        }
    }

    private static double StartTime()
    {
        using var self = Process.GetCurrentProcess();
        return (self.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
    }
}
