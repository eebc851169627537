using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastProxy.Gateway.Tls;

/// <summary>A certificate as it was read, with the times of its files at that moment.</summary>
internal sealed class LoadedCertificate
{
    // RFC 5280 4.2.1.12: id-kp-clientAuth.
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private LoadedCertificate(CertificateValidity validity, X509Certificate2 leaf, SslServerAuthenticationOptions options, (DateTime Certificate, DateTime Key, DateTime ClientCa) filesStamp)
    {
        Validity = validity;
        Leaf = leaf;
        Options = options;
        FilesStamp = filesStamp;
    }

    public CertificateValidity Validity { get; }

    public X509Certificate2 Leaf { get; }

    public SslServerAuthenticationOptions Options { get; }

    public (DateTime Certificate, DateTime Key, DateTime ClientCa) FilesStamp { get; }

    public static (DateTime Certificate, DateTime Key, DateTime ClientCa) Stamp(CertificateOptions options) =>
        (File.GetLastWriteTimeUtc(options.CertificateFile),
            File.GetLastWriteTimeUtc(options.KeyFile),
            options.ClientCaFile is { } file ? File.GetLastWriteTimeUtc(file) : default);

    public static LoadedCertificate Load(CertificateOptions options)
    {
        // Taken first: a file that changes while it is read is read again.
        var stamp = Stamp(options);
        var leaf = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.CertificateFile);

        var authentication = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,

            // A client without ALPN speaks HTTP/1.1 too; one that insists on h2 cannot upgrade (RFC 6455 is HTTP/1.1).
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
        if (options.ClientCaFile is { } authorities)
        {
            AskForClientCertificate(authentication, authorities);
        }

        return new LoadedCertificate(CertificateValidity.Of(options.CertificateFile, leaf), leaf, authentication, stamp);
    }

    private static void AskForClientCertificate(SslServerAuthenticationOptions authentication, string authorities)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(authorities);
        if (trusted.Count == 0)
        {
            throw new CryptographicException($"the client_ca {authorities} holds no certificate in PEM");
        }

        // These authorities and no others, and nothing is fetched: neither revocation lists nor missing intermediates.
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(trusted);
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        authentication.CertificateChainPolicy = policy;

        // Asked for and not demanded: which application needs one is known only after the request.
        authentication.ClientCertificateRequired = true;

        // A resumed session would bring the certificate of its first handshake along without its intermediates, and past a change of the authorities.
        authentication.AllowTlsResume = false;
    }
}
