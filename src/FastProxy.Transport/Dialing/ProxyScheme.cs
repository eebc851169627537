namespace FastProxy.Transport.Dialing;

/// <summary>How a proxy is asked for a connection.</summary>
internal enum ProxyScheme
{
    /// <summary>HTTP CONNECT (RFC 9110 section 9.3.6).</summary>
    Http,

    /// <summary>SOCKS 5 (RFC 1928), names resolved by the proxy.</summary>
    Socks5,
}
