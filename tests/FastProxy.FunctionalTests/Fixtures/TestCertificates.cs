using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>A certificate authority of one test and a server certificate it signed, as PEM files and as objects.</summary>
public sealed class TestCertificates : IDisposable
{
    private TestCertificates(X509Certificate2 authority, X509Certificate2 server, string authorityFile, string certificateFile, string keyFile)
    {
        Authority = authority;
        Server = server;
        AuthorityFile = authorityFile;
        CertificateFile = certificateFile;
        KeyFile = keyFile;
    }

    /// <summary>The authority, with its key.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>The server's certificate, with its key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>The authority's certificate: what a client is told to trust.</summary>
    public string AuthorityFile { get; }

    /// <summary>The server's certificate.</summary>
    public string CertificateFile { get; }

    /// <summary>The server's key, mode 0600.</summary>
    public string KeyFile { get; }

    /// <summary>Makes both, valid for an hour before and a day from now, and writes ca.pem, server.pem and server.key.</summary>
    /// <param name="directory">Where the files go.</param>
    /// <param name="names">DNS names (wildcards too) and IP addresses of the server; default: *.test.localhost, localhost and 127.0.0.1
    /// (OpenSSL takes no wildcard directly below a top-level name).</param>
    public static TestCertificates Create(TempDirectory directory, params string[] names)
    {
        var from = DateTimeOffset.UtcNow.AddHours(-1);
        var to = from.AddDays(1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=FastProxy test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, false));
        var authority = authorityRequest.CreateSelfSigned(from, to);

        var server = Issue(authority, names.Length > 0 ? names : ["*.test.localhost", "localhost", "127.0.0.1"]);
        return new TestCertificates(
            authority,
            server,
            directory.Write("ca.pem", authority.ExportCertificatePem()),
            directory.Write("server.pem", server.ExportCertificatePem()),
            directory.Write("server.key", server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>Writes another certificate of the authority and its key into the server's files, and gives it back; the caller disposes of it.</summary>
    /// <param name="names">As for <see cref="Create"/>.</param>
    public X509Certificate2 Renew(params string[] names)
    {
        var renewed = Issue(Authority, names);
        File.WriteAllText(CertificateFile, renewed.ExportCertificatePem());
        File.WriteAllText(KeyFile, renewed.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return renewed;
    }

    /// <summary>A client's certificate of the same authority, with its key; the caller disposes of it.</summary>
    public X509Certificate2 Client(string commonName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Authority, true, false));
        using var signed = request.Create(Authority, Authority.NotBefore, Authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=FastProxy test server", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(AlternativeNames(names));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        using var signed = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }

    private static X509Extension AlternativeNames(IEnumerable<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                builder.AddIpAddress(address);
            }
            else
            {
                builder.AddDnsName(name);
            }
        }

        return builder.Build();
    }
}
