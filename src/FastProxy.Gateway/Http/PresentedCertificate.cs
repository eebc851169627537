using System.Security.Cryptography.X509Certificates;
using FastProxy.Access.Decisions;
using FastProxy.Gateway.Tls;
using FastProxy.Transport.Listening;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Gateway.Http;

/// <summary>
/// The client certificate of a connection, verified in its handshake. It counts for the hosts whose clients are verified against the
/// same authorities: a connection that was made for one host may ask for another, or open its application on a stream.
/// </summary>
internal sealed class PresentedCertificate
{
    private const string CommonName = "2.5.4.3";

    private readonly ClientCertificate _certificate;
    private readonly ServerCertificates _listener;
    private readonly string? _authorities;

    private PresentedCertificate(ClientCertificate certificate, ServerCertificates listener, string? authorities)
    {
        _certificate = certificate;
        _listener = listener;
        _authorities = authorities;
    }

    /// <summary>What the connection showed; null where it showed nothing that holds.</summary>
    public static PresentedCertificate? Of(HttpContext context) =>
        context.Features.Get<TlsFeature>() is { ClientCertificate: { } certificate } tls && context.Features.Get<ServerCertificates>() is { } listener
            ? new PresentedCertificate(Read(certificate), listener, listener.ClientAuthoritiesOf(tls.ServerName))
            : null;

    /// <summary>What counts for a host; null where that is verified against other authorities, or none.</summary>
    public ClientCertificate? For(string host) =>
        _authorities is not null && _listener.ClientAuthoritiesOfHost(host) == _authorities ? _certificate : null;

    /// <summary>The facts that policies look at.</summary>
    internal static ClientCertificate Read(X509Certificate2 certificate)
    {
        string? name = null;
        var names = 0;
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            // A part of several values (RFC 4514 2.2) is not looked into, so that no name hides beside another.
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
            {
                name = part.GetSingleElementValue();
                names++;
            }
        }

        return new ClientCertificate(names == 1 ? name : null, new DateTimeOffset(certificate.NotAfter));
    }
}
