namespace FastProxy.Load.Measuring;

/// <summary>The metrics' names; each ends in its unit.</summary>
internal static class Metrics
{
    public const string UpGbit = "up_gbit_s";
    public const string UpCpu = "up_cpu_s_per_gib";
    public const string DownGbit = "down_gbit_s";
    public const string DownCpu = "down_cpu_s_per_gib";
    public const string Connect50 = "connect_p50_us";
    public const string Connect99 = "connect_p99_us";
    public const string RoundTrip50 = "rtt_p50_us";
    public const string RoundTrip99 = "rtt_p99_us";
    public const string ParallelSucceeded = "parallel_succeeded";
    public const string ParallelTime = "parallel_ms";
    public const string IdleEach = "idle_kib_each";
    public const string IdleEachFresh = "idle_over_fresh_kib_each";
    public const string IdleFresh = "idle_rss_fresh_mib";
    public const string IdleBefore = "idle_rss_before_mib";
    public const string IdleWith = "idle_rss_with_mib";
    public const string IdleSucceeded = "idle_succeeded";
    public const string PooledEach = "pooled_kib_each";
    public const string UpCalls = "up_syscalls_per_gib";
    public const string DownCalls = "down_syscalls_per_gib";
    public const string DelayedUpMbit = "delayed_up_mbit_s";
    public const string DelayedDownMbit = "delayed_down_mbit_s";
    public const string DelayedConnect50 = "delayed_connect_p50_us";
    public const string ExecAccess50 = "exec_access_p50_us";
    public const string ExecConnect50 = "exec_connect_p50_us";
}
