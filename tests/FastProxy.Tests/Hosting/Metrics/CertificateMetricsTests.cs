using FastProxy.Gateway.Tls;
using FastProxy.Hosting.Metrics;
using FastProxy.Testing;

namespace FastProxy.Tests.Hosting.Metrics;

public sealed class CertificateMetricsTests
{
    [Fact]
    public void Each_file_has_its_end_once()
    {
        var text = new MetricsText();
        CertificateMetrics.Write(text, [Until("a.pem", 1_900_000_000), Until("b.pem", 1_800_000_000), Until("a.pem", 1_900_000_000)]);
        var scrape = Exposition.Parse(text.ToString());
        Assert.Equal(1_900_000_000, scrape["fastproxy_certificate_not_after_seconds{file=\"a.pem\"}"]);
        Assert.Equal(3_700_000_000, scrape.Sum("fastproxy_certificate_not_after_seconds"));
    }

    private static CertificateValidity Until(string file, long seconds) => new(file, DateTimeOffset.UnixEpoch, DateTimeOffset.FromUnixTimeSeconds(seconds));
}
