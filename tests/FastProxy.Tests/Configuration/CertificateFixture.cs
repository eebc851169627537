using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastProxy.Tests.Configuration;

/// <summary>A directory with a self-signed certificate <c>tls.pem</c> and its key <c>tls.key</c>.</summary>
public sealed class CertificateFixture : IDisposable
{
    public CertificateFixture()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=access.example.com", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllText(Path.Combine(Directory, "tls.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Directory, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(Directory, "other.key"), other.ExportPkcs8PrivateKeyPem());
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("fastproxy-config-").FullName;

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
