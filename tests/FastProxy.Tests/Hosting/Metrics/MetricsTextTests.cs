using FastProxy.Access.Decisions;
using FastProxy.Client.Bastion;
using FastProxy.Client.Pooling;
using FastProxy.Gateway;
using FastProxy.Hosting.Metrics;
using FastProxy.Testing;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Hosting.Metrics;

public sealed class MetricsTextTests
{
    [Fact]
    public void Every_metric_has_its_help_and_type_and_values_are_escaped()
    {
        var text = new MetricsText();
        text.Gauge("a_bytes", "What \\ is\nheld \"now\".").Sample(long.MaxValue);
        text.Counter("b_total", "B.").Sample(1, ("x", "q\"b\\n\n"), ("y", "")).Sample(0, ("x", "z"), ("y", "é"));
        text.Gauge("c_seconds", "C.").Sample(1.5);
        Assert.Equal(
            """
            # HELP a_bytes What \\ is\nheld "now".
            # TYPE a_bytes gauge
            a_bytes 9223372036854775807
            # HELP b_total B.
            # TYPE b_total counter
            b_total{x="q\"b\\n\n",y=""} 1
            b_total{x="z",y="é"} 0
            # HELP c_seconds C.
            # TYPE c_seconds gauge
            c_seconds 1.5

            """.ReplaceLineEndings("\n"),
            text.ToString());
    }

    [Fact]
    public void A_gateway_names_every_reason_from_the_start()
    {
        var refusals = new ReasonCounts();
        refusals.Add(ReasonCode.TokenExpired);
        var text = new MetricsText();
        ProcessMetrics.Write(text);
        GatewayMetrics.Write(
            text,
            new GatewayCounters
            {
                Sessions = 1,
                Streams = 2,
                HandshakesInFlight = 3,
                Descriptors = 4,
                DescriptorLimit = 5,
                SessionsEnded = new ReasonCounts().Read(),
                BytesUp = 6,
                BytesDown = 7,
                Decisions = [.. Enum.GetValues<DecisionReason>().Select(reason => (long)reason)],
                Refusals = refusals.Read(),
                CanaryPresented = 9,
            },
            droppedDecisions: 8);
        var scrape = Exposition.Parse(text.ToString());
        Assert.Equal((1, 2, 3), (scrape["fastproxy_gateway_sessions"], scrape["fastproxy_gateway_streams"], scrape["fastproxy_gateway_handshakes_in_flight"]));
        Assert.Equal(9, scrape["fastproxy_canary_presented_total"]);
        Assert.Equal((4, 5), (scrape["fastproxy_gateway_descriptors_used"], scrape["fastproxy_gateway_descriptors_limit"]));
        Assert.Equal((6, 7), (scrape["fastproxy_gateway_session_bytes_total{direction=\"up\"}"], scrape["fastproxy_gateway_session_bytes_total{direction=\"down\"}"]));
        Assert.Equal(0, scrape["fastproxy_gateway_sessions_ended_total{reason=\"ok\"}"]);
        Assert.Equal((1, 1), (scrape["fastproxy_gateway_refusals_total{reason=\"token_expired\"}"], scrape.Sum("fastproxy_gateway_refusals_total")));
        Assert.Equal((int)DecisionReason.Blocked, scrape["fastproxy_gateway_decisions_total{reason=\"blocked\"}"]);
        Assert.Equal(8, scrape["fastproxy_gateway_decision_log_dropped_total"]);
        Assert.Equal(1, scrape["fastproxy_build_info{version=\"0.1.0\"}"]);
        Assert.InRange(scrape["process_start_time_seconds"], 1.7e9, 1e11);
    }

    [Fact]
    public void Pools_of_one_name_are_one_series()
    {
        var text = new MetricsText();
        var counters = new BastionCounters
        {
            Sessions = 1,
            SessionsEnded = new ReasonCounts().Read(),
            BytesUp = 2,
            BytesDown = 3,
            Refusals = new ReasonCounts().Read(),
        };
        BastionMetrics.Write(text, counters, [("https://g", "id", Pool(1)), ("https://g", "id", Pool(10)), ("https://h", null, Pool(100))]);
        var scrape = Exposition.Parse(text.ToString());
        Assert.Equal(11, scrape["fastproxy_bastion_pool_streams{gateway=\"https://g\",client_id=\"id\",state=\"idle\"}"]);
        Assert.Equal(100, scrape["fastproxy_bastion_pool_dials_total{gateway=\"https://h\",client_id=\"\"}"]);
        Assert.Equal(11, scrape["fastproxy_bastion_pool_discards_total{gateway=\"https://g\",client_id=\"id\",cause=\"lost\"}"]);
        Assert.Equal(111, scrape.Sum("fastproxy_bastion_pool_discards_total"));
        Assert.All(Enum.GetNames<DiscardCause>(), cause => Assert.Contains($"cause=\"{cause.ToLowerInvariant()}\"", text.ToString(), StringComparison.Ordinal));
    }

    private static PoolCounters Pool(int number) => new()
    {
        Idle = number,
        Busy = number,
        Dialing = number,
        Waiting = number,
        Dials = number,
        DialFailures = number,
        HandOuts = number,
        Waits = number,
        WaitsInVain = number,
        Retries = number,
        Discards = new Dictionary<DiscardCause, long> { [DiscardCause.Lost] = number },
        Outage = null,
    };
}
