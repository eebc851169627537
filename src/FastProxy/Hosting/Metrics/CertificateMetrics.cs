using FastProxy.Gateway.Tls;

namespace FastProxy.Hosting.Metrics;

/// <summary>What somebody should hear of a gateway's certificates, as metrics.</summary>
internal static class CertificateMetrics
{
    /// <summary>Writes when each certificate ends.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="certificates">Those in force; a file that several listeners name counts once.</param>
    public static void Write(MetricsText text, IEnumerable<CertificateValidity> certificates)
    {
        text.Gauge("fastproxy_certificate_not_after_seconds", "When a certificate in force ends, in seconds since 1970.");
        foreach (var certificate in certificates.DistinctBy(certificate => certificate.File))
        {
            text.Sample(certificate.NotAfter.ToUnixTimeSeconds(), ("file", certificate.File));
        }
    }
}
