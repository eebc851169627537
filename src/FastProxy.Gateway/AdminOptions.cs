using System.Net;

namespace FastProxy.Gateway;

/// <summary>The TCP listener of API and dashboard.</summary>
public sealed record AdminOptions
{
    /// <summary>Address and port.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>Its certificates; empty is plain HTTP, which is served on loopback only.</summary>
    public IReadOnlyList<CertificateOptions> Tls { get; init; } = [];
}
