using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastProxy.Gateway;

namespace FastProxy.Tests.Gateway.Tls;

/// <summary>A self-signed certificate and its key, in two files that can be written again.</summary>
internal sealed class CertificateFile(string directory)
{
    private int _writes;

    /// <summary>The files, as a listener takes them.</summary>
    public CertificateOptions Options { get; } = new() { CertificateFile = Path.Combine(directory, "tls.pem"), KeyFile = Path.Combine(directory, "tls.key") };

    /// <summary>Writes another certificate into the files, at another time than the one before.</summary>
    public void Write(DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=a.example.com", key, HashAlgorithmName.SHA256).CreateSelfSigned(from, until);
        File.WriteAllText(Options.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(Options.KeyFile, key.ExportPkcs8PrivateKeyPem());
        Touch();
    }

    /// <summary>Replaces the certificate by what is none.</summary>
    public void Spoil()
    {
        File.WriteAllText(Options.CertificateFile, "not a certificate");
        Touch();
    }

    // Two writes within one tick of the file system's clock would look like one.
    private void Touch() => File.SetLastWriteTimeUtc(Options.CertificateFile, new DateTime(2030, 1, 1, 0, 0, ++_writes, DateTimeKind.Utc));
}
