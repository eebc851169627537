using System.Net;
using FastProxy.Gateway.Tls;

namespace FastProxy.Admin.Hosting;

/// <summary>The TCP address of the API.</summary>
/// <param name="Address">Address and port; port 0 lets the kernel choose.</param>
/// <param name="Certificates">Its certificates; null is plain HTTP, for loopback only.</param>
public sealed record AdminListener(IPEndPoint Address, ServerCertificates? Certificates);
