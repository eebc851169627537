using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastProxy.Gateway;

namespace FastProxy.Tests.Gateway;

/// <summary>A certificate authority of one test, and what it signs.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly string _directory;
    private readonly string _name;
    private readonly List<X509Certificate2> _issued = [];

    public TestAuthority(string directory, string name)
    {
        _directory = directory;
        _name = name;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-9), TimeProvider.System.GetUtcNow().AddDays(2));
        File = Write($"{name}.pem", _certificate.ExportCertificatePem());
    }

    /// <summary>Its certificate in PEM.</summary>
    public string File { get; }

    /// <summary>A server's certificate, as a listener takes it.</summary>
    public CertificateOptions Server(string host, string? clientCa)
    {
        using var certificate = Issue($"CN={host}", "1.3.6.1.5.5.7.3.1", 0, host);
        return new CertificateOptions
        {
            CertificateFile = Write($"{_name}-{host}.pem", certificate.ExportCertificatePem()),
            KeyFile = Write($"{_name}-{host}.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
            ClientCaFile = clientCa,
        };
    }

    /// <summary>A client's certificate.</summary>
    /// <param name="subject">Its subject, e.g. <c>CN=db1</c>.</param>
    /// <param name="usage">What it may be used for; the default is client authentication.</param>
    /// <param name="agedDays">How long ago its time began; it lasts for a day.</param>
    public X509Certificate2 Client(string subject, string usage = "1.3.6.1.5.5.7.3.2", int agedDays = 0) => Issue(subject, usage, agedDays, null);

    public void Dispose()
    {
        _issued.ForEach(certificate => certificate.Dispose());
        _certificate.Dispose();
    }

    private X509Certificate2 Issue(string subject, string usage, int agedDays, string? host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        if (host is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
        }

        var from = TimeProvider.System.GetUtcNow().AddDays(-agedDays).AddHours(-1);
        using var signed = request.Create(_certificate, from, from.AddDays(1), RandomNumberGenerator.GetBytes(16));
        var issued = signed.CopyWithPrivateKey(key);
        _issued.Add(issued);
        return issued;
    }

    private string Write(string name, string pem)
    {
        var path = Path.Combine(_directory, name);
        System.IO.File.WriteAllText(path, pem);
        return path;
    }
}
