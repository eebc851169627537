using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace FastProxy.Gateway.Tls;

/// <summary>A certificate as it was read, with the times of its files at that moment.</summary>
internal sealed class LoadedCertificate
{
    private LoadedCertificate(X509Certificate2 leaf, SslServerAuthenticationOptions options, (DateTime Certificate, DateTime Key) filesStamp)
    {
        Leaf = leaf;
        Options = options;
        FilesStamp = filesStamp;
    }

    public X509Certificate2 Leaf { get; }

    public SslServerAuthenticationOptions Options { get; }

    public (DateTime Certificate, DateTime Key) FilesStamp { get; }

    public static (DateTime Certificate, DateTime Key) Stamp(CertificateOptions options) =>
        (File.GetLastWriteTimeUtc(options.CertificateFile), File.GetLastWriteTimeUtc(options.KeyFile));

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
        return new LoadedCertificate(leaf, authentication, stamp);
    }
}
