using FastProxy.Client.Bastion;
using FastProxy.Client.Pooling;

namespace FastProxy.Hosting.Metrics;

/// <summary>A bastion's counters as metrics. Labels are what the configuration names: gateways and client ids, never a user or a peer.</summary>
internal static class BastionMetrics
{
    private static readonly DiscardCause[] s_causes = Enum.GetValues<DiscardCause>();

    /// <summary>Writes all of them.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="counters">The bastion's.</param>
    /// <param name="pools">Its pools'.</param>
    public static void Write(MetricsText text, BastionCounters counters, IReadOnlyList<(string Gateway, string? ClientId, PoolCounters Counters)> pools)
    {
        text.Gauge("fastproxy_bastion_sessions", "Sessions open now or being opened.").Sample(counters.Sessions);
        ProcessMetrics.ByReason(
            text.Counter("fastproxy_bastion_sessions_ended_total", "Sessions that have ended, by the reason code of their end; ok is the orderly one."), counters.SessionsEnded);
        text.Counter("fastproxy_bastion_session_bytes_total", "Bytes of sessions that have ended: up went to the gateway, down to clients.")
            .Sample(counters.BytesUp, ("direction", "up"))
            .Sample(counters.BytesDown, ("direction", "down"));
        ProcessMetrics.ByReason(
            text.Counter("fastproxy_bastion_refusals_total", "Connections of users that got no session, by reason code, whether the bastion or its gateway refused them."), counters.Refusals);

        // One series a gateway and client id: hosts that are their own gateways may have several pools of one name.
        var groups = pools.GroupBy(pool => (pool.Gateway, pool.ClientId), pool => pool.Counters).ToList();
        text.Gauge("fastproxy_bastion_pool_streams", "Streams to the gateway now, by state.");
        foreach (var group in groups)
        {
            text.Sample(group.Sum(pool => (long)pool.Idle), Labels(group.Key, "state", "idle"));
            text.Sample(group.Sum(pool => (long)pool.Busy), Labels(group.Key, "state", "busy"));
            text.Sample(group.Sum(pool => (long)pool.Dialing), Labels(group.Key, "state", "dialing"));
        }

        Each(text.Gauge("fastproxy_bastion_pool_waiting_sessions", "Sessions that wait for a stream now."), pool => pool.Waiting);
        Each(text.Counter("fastproxy_bastion_pool_dials_total", "Streams dialled, on demand or ahead of it."), pool => pool.Dials);
        Each(text.Counter("fastproxy_bastion_pool_dial_failures_total", "Dials that failed."), pool => pool.DialFailures);
        Each(text.Counter("fastproxy_bastion_pool_hand_outs_total", "Streams handed out to sessions."), pool => pool.HandOuts);
        Each(text.Counter("fastproxy_bastion_pool_waits_total", "Sessions that had to wait for a stream."), pool => pool.Waits);
        Each(text.Counter("fastproxy_bastion_pool_waits_in_vain_total", "Sessions that waited for a stream and got none."), pool => pool.WaitsInVain);
        Each(text.Counter("fastproxy_bastion_pool_retries_total", "Sessions opened a second time, on another stream."), pool => pool.Retries);
        text.Counter("fastproxy_bastion_pool_discards_total", "Streams let go, by cause.");
        foreach (var group in groups)
        {
            foreach (var cause in s_causes)
            {
                text.Sample(group.Sum(pool => pool.Discards.GetValueOrDefault(cause)), Labels(group.Key, "cause", NameOf(cause)));
            }
        }

        void Each(MetricsText begun, Func<PoolCounters, long> number)
        {
            foreach (var group in groups)
            {
                begun.Sample(group.Sum(number), Labels(group.Key));
            }
        }
    }

    private static (string Name, string Value)[] Labels((string Gateway, string? ClientId) pool) => [("gateway", pool.Gateway), ("client_id", pool.ClientId ?? "")];

    private static (string Name, string Value)[] Labels((string Gateway, string? ClientId) pool, string name, string value) => [.. Labels(pool), (name, value)];

    private static string NameOf(DiscardCause cause) => cause switch
    {
        DiscardCause.Age => "age",
        DiscardCause.Sessions => "sessions",
        DiscardCause.Surplus => "surplus",
        DiscardCause.Drained => "drained",
        DiscardCause.Closed => "closed",
        DiscardCause.Lost => "lost",
        DiscardCause.Silent => "silent",
        DiscardCause.Protocol => "protocol",
        DiscardCause.Network => "network",
        DiscardCause.Spent => "spent",
        DiscardCause.Retired => "retired",
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "has no name"),
    };
}
