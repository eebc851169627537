using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;

namespace FastProxy.Transport.Listening;

/// <summary>Tells the HTTP layer that the connection is secure, and who the client is if it showed a certificate.</summary>
internal sealed class TlsFeature(X509Certificate2? clientCertificate) : ITlsConnectionFeature
{
    public X509Certificate2? ClientCertificate { get; set; } = clientCertificate;

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
