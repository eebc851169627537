using FastProxy.Access.Decisions;
using FastProxy.Gateway;

namespace FastProxy.Hosting.Metrics;

/// <summary>A gateway's counters as metrics. No label names a user, a token or an application.</summary>
internal static class GatewayMetrics
{
    /// <summary>Writes all of them.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="counters">The data plane's.</param>
    /// <param name="droppedDecisions">Records that the decision log lost.</param>
    public static void Write(MetricsText text, GatewayCounters counters, long droppedDecisions)
    {
        text.Gauge("fastproxy_gateway_sessions", "Sessions open now.").Sample(counters.Sessions);
        text.Gauge("fastproxy_gateway_streams", "Streams of fastproxy.v1 open now, idle and busy.").Sample(counters.Streams);
        text.Gauge("fastproxy_gateway_handshakes_in_flight", "Connections between accept and the answer to their request.").Sample(counters.HandshakesInFlight);
        text.Gauge("fastproxy_gateway_descriptors_used", "File descriptors held by connections and origins.").Sample(counters.Descriptors);
        text.Gauge("fastproxy_gateway_descriptors_limit", "File descriptors that connections and origins may hold.").Sample(counters.DescriptorLimit);
        ProcessMetrics.ByReason(
            text.Counter("fastproxy_gateway_sessions_ended_total", "Sessions that have ended, by the reason code of their end; ok is the orderly one."), counters.SessionsEnded);
        text.Counter("fastproxy_gateway_session_bytes_total", "Bytes of sessions that have ended: up went to origins, down to clients.")
            .Sample(counters.BytesUp, ("direction", "up"))
            .Sample(counters.BytesDown, ("direction", "down"));
        text.Counter("fastproxy_gateway_decisions_total", "Decisions of the policies, by what decided.");
        for (var reason = 0; reason < counters.Decisions.Count; reason++)
        {
            text.Sample(counters.Decisions[reason], ("reason", NameOf((DecisionReason)reason)));
        }

        ProcessMetrics.ByReason(text.Counter("fastproxy_gateway_refusals_total", "Requests and opens that were refused, by reason code."), counters.Refusals);
        text.Counter("fastproxy_canary_presented_total", "Requests with the id or the secret of a canary token: somebody has what nobody should have.").Sample(counters.CanaryPresented);
        text.Counter("fastproxy_gateway_decision_log_dropped_total", "Records that the decision log lost: it could not keep up, or the disk refused them.").Sample(droppedDecisions);
    }

    private static string NameOf(DecisionReason reason) => reason switch
    {
        DecisionReason.NoPolicyMatched => "no_policy_matched",
        DecisionReason.Admitted => "admitted",
        DecisionReason.ApplicationHasNoPolicies => "application_has_no_policies",
        DecisionReason.Blocked => "blocked",
        DecisionReason.CredentialRequired => "credential_required",
        DecisionReason.IdentityRequired => "identity_required",
        DecisionReason.CertificateRequired => "certificate_required",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "has no name"),
    };
}
