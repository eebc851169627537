using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Refusals;

/// <summary>Shakes hands and then says nothing.</summary>
internal sealed class SilentTlsPeer(X509Certificate2 certificate) : TcpPeer
{
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
