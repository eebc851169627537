using FastProxy.Hosting.Metrics;
using FastProxy.Testing;
using FastProxy.Tests.Access;

namespace FastProxy.Tests.Hosting.Metrics;

public sealed class TokenMetricsTests
{
    [Fact]
    public void The_tokens_in_force_that_expire_next_have_their_time_and_no_others()
    {
        var scrape = Scrape(
        [
            Sample.Token("soon") with { ExpiresAt = Sample.Now.AddMinutes(1.5) },
            Sample.Token("with \"quotes\"") with { ExpiresAt = Sample.Now.AddDays(1) },
            Sample.Token("never"),
            Sample.Token("over") with { ExpiresAt = Sample.Now },
            Sample.Token("off") with { ExpiresAt = Sample.Now.AddDays(1), Enabled = false },
            Sample.Token("bait") with { ExpiresAt = Sample.Now.AddDays(1), IsCanary = true },
        ]);

        Assert.Equal(90, scrape["fastproxy_service_token_expires_in_seconds{token=\"soon\"}"]);
        Assert.Equal(90 + 86_400, scrape.Sum("fastproxy_service_token_expires_in_seconds"));
    }

    [Fact]
    public void There_is_an_end_to_them()
    {
        var scrape = Scrape([.. Enumerable.Range(1, 1000).Select(i => Sample.Token($"t{i}") with { ExpiresAt = Sample.Now.AddSeconds(i) })]);
        Assert.Equal(100 * 101 / 2, scrape.Sum("fastproxy_service_token_expires_in_seconds"));
    }

    private static Exposition Scrape(FastProxy.Access.Tokens.ServiceToken[] tokens)
    {
        var text = new MetricsText();
        TokenMetrics.Write(text, Sample.Snapshot(tokens), Sample.Now);
        return Exposition.Parse(text.ToString());
    }
}
