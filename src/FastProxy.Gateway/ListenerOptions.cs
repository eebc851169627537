using System.Net;

namespace FastProxy.Gateway;

/// <summary>One entry of <c>listen:</c>.</summary>
public sealed record ListenerOptions
{
    /// <summary>Address and port; port 0 lets the kernel choose.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>
    /// Certificates, chosen by server name; the first is the one for names nobody has. Empty is <c>tls: off</c>: on other than
    /// loopback such a listener serves only peers in <see cref="GatewayOptions.TrustedProxies"/> and closes others unread.
    /// </summary>
    public IReadOnlyList<CertificateOptions> Tls { get; init; } = [];

    /// <summary>
    /// Whether a PROXY protocol header (v1 or v2) opens every connection. Where true it is mandatory and accepted only from
    /// <see cref="GatewayOptions.TrustedProxies"/>. Defaults to false.
    /// </summary>
    public bool ProxyProtocol { get; init; }
}
