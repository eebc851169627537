using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastProxy.Quickstart;

/// <summary>
/// The quickstart's own authority and the gateway's certificate under it, made once and kept in the data directory. The
/// authority's key is thrown away: nobody can issue another certificate that its users would trust.
/// </summary>
internal sealed record QuickstartCertificates(string AuthorityFile, string CertificateFile, string KeyFile)
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(397);

    public static QuickstartCertificates Ensure(string directory, TimeProvider timeProvider)
    {
        var files = new QuickstartCertificates(Path.Combine(directory, "ca.pem"), Path.Combine(directory, "tls.pem"), Path.Combine(directory, "tls.key"));
        if (!files.AreInForce(timeProvider.GetUtcNow().AddDays(7)))
        {
            files.Create(timeProvider.GetUtcNow());
        }

        return files;
    }

    private bool AreInForce(DateTimeOffset at)
    {
        if (!File.Exists(AuthorityFile) || !File.Exists(CertificateFile) || !File.Exists(KeyFile))
        {
            return false;
        }

        using var certificate = X509CertificateLoader.LoadCertificateFromFile(CertificateFile);
        return certificate.NotAfter.ToUniversalTime() > at.UtcDateTime;
    }

    private void Create(DateTimeOffset now)
    {
        // Five minutes of slack for clients whose clock is behind.
        var (from, to) = (now.AddMinutes(-5), now + s_lifetime);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=FastProxy quickstart authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, false));
        using var authority = authorityRequest.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("*.localhost");
        names.AddDnsName(QuickstartSetup.Host);
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var certificate = request.Create(authority, from, to, RandomNumberGenerator.GetBytes(16));

        PrivateFile.Write(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem() + "\n");
    }
}
