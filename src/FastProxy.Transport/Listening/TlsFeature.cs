using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;

namespace FastProxy.Transport.Listening;

/// <summary>Tells the HTTP layer that the connection is secure, and who the client is if it showed a certificate that holds.</summary>
public sealed class TlsFeature : ITlsConnectionFeature
{
    internal TlsFeature(string serverName, X509Certificate2? clientCertificate)
    {
        ServerName = serverName;
        ClientCertificate = clientCertificate;
    }

    /// <summary>The name the client asked for (RFC 6066 section 3); empty where it named none.</summary>
    public string ServerName { get; }

    /// <summary>The certificate the client showed, verified as the listener's options demand; null where it showed none, or one that does not hold.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <inheritdoc/>
    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
