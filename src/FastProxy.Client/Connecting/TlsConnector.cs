using System.Net.Security;
using System.Security.Authentication;
using FastProxy.Transport.Splicing;

namespace FastProxy.Client.Connecting;

/// <summary>The client's side of TLS: 1.2 and up, SNI, no ALPN (a stock edge expects none), and failures in plain words.</summary>
internal static class TlsConnector
{
    public static async Task<(SslStream? Stream, ConnectFailure? Failure)> ConnectAsync(
        SocketStream transport, string host, string? otherName, TrustRoots roots, bool verify, CancellationToken cancellationToken)
    {
        (string Message, string? NextStep)? rejected = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = roots.CreatePolicy(),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                if (errors == SslPolicyErrors.None || !verify)
                {
                    return true;
                }

                rejected = CertificateText.Describe(certificate, chain, errors, host, otherName);
                return false;
            },
        };
        var tls = new SslStream(transport, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            return (tls, null);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            return (null, rejected is var (message, next)
                ? new ConnectFailure(ConnectStage.Tls, message) { NextStep = next }
                : new ConnectFailure(ConnectStage.Tls, Describe(exception)));
        }
        catch (OperationCanceledException)
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private static string Describe(Exception exception)
    {
        var cause = exception;
        while (cause.InnerException is not null)
        {
            cause = cause.InnerException;
        }

        return cause.Message.Contains("wrong version number", StringComparison.Ordinal) || cause.Message.Contains("packet length too long", StringComparison.Ordinal)
                || cause.Message.Contains("frame size", StringComparison.Ordinal)
            ? "what answers there does not speak TLS"
            : exception is IOException
            ? "the server ended the connection during the TLS handshake"
            : "the TLS handshake failed: " + cause.Message;
    }
}
