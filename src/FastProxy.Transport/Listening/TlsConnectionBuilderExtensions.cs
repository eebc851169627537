using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace FastProxy.Transport.Listening;

/// <summary>TLS for connections of <see cref="SocketListenerFactory"/>.</summary>
public static partial class TlsConnectionBuilderExtensions
{
    /// <summary>
    /// Shakes hands before anything else is read. A client that fails is closed without a word; how long it may take is left to
    /// <see cref="HandshakeDeadlineExtensions.UseHandshakeDeadline"/>. One that shows a certificate which does not hold goes on as if it had
    /// shown none: the application it asks for says whether it needs one.
    /// </summary>
    /// <param name="builder">The listener's pipeline.</param>
    /// <param name="select">Chooses certificate and protocols for a server name; null or empty where the client named none.</param>
    /// <param name="logger">Failures are told at Debug: a stranger must not be able to fill a log.</param>
    public static IConnectionBuilder UseTls(
        this IConnectionBuilder builder,
        Func<string?, SslServerAuthenticationOptions> select,
        ILogger logger)
    {
        return builder.Use(next => async connection =>
        {
            if (connection.Features.Get<SocketConnection>() is not { } accepted)
            {
                throw new InvalidOperationException($"{nameof(UseTls)} needs connections of {nameof(SocketListenerFactory)}.");
            }

            accepted.Stream.ReadInRecords();
            var certificateHolds = false;
            var tls = new SslStream(accepted.Stream, leaveInnerStreamOpen: true, (_, certificate, _, errors) =>
            {
                certificateHolds = certificate is not null && errors == SslPolicyErrors.None;
                if (certificate is not null && !certificateHolds)
                {
                    LogCertificateDoesNotHold(logger, certificate.Subject, errors);
                }

                return true;
            });
            if (!await HandshakeAsync(tls, select, logger))
            {
                await tls.DisposeAsync();
                return;
            }

            accepted.UseTls(tls);
            var feature = new TlsFeature(tls.TargetHostName, certificateHolds ? tls.RemoteCertificate as X509Certificate2 : null);
            connection.Features.Set(feature);
            connection.Features.Set<ITlsConnectionFeature>(feature);
            await next(connection);
        });
    }

    private static async Task<bool> HandshakeAsync(
        SslStream tls,
        Func<string?, SslServerAuthenticationOptions> select,
        ILogger logger)
    {
        try
        {
            await tls.AuthenticateAsServerAsync(
                static (_, hello, state, _) =>
                    new ValueTask<SslServerAuthenticationOptions>(((Func<string?, SslServerAuthenticationOptions>)state!)(hello.ServerName)),
                select);
            return true;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or ObjectDisposedException)
        {
            LogHandshakeFailed(logger, exception.Message);
            return false;
        }
    }

    [LoggerMessage(2002, LogLevel.Debug, "A TLS handshake failed: {Reason}", EventName = "TlsHandshakeFailed")]
    private static partial void LogHandshakeFailed(ILogger logger, string reason);

    [LoggerMessage(2005, LogLevel.Debug, "A client certificate for {Subject} does not count: {Errors}.", EventName = "ClientCertificateDoesNotHold")]
    private static partial void LogCertificateDoesNotHold(ILogger logger, string subject, SslPolicyErrors errors);
}
