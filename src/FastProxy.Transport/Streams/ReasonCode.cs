namespace FastProxy.Transport.Streams;

/// <summary>
/// Why a session was refused or ended. One vocabulary everywhere: <c>reason=</c> on stderr, <c>Cf-Access-Error</c> on HTTP,
/// <c>code</c> in the messages of <c>fastproxy.v1</c>, and a label in log and metrics. The names on the wire stand in
/// <see cref="ReasonCodes"/>.
/// </summary>
public enum ReasonCode
{
    /// <summary>Every byte was delivered and both ends closed in order.</summary>
    Ok,

    /// <summary>The peer broke HTTP, RFC 6455 or <c>fastproxy.v1</c>.</summary>
    Protocol,

    /// <summary>A bastion application was opened without a destination.</summary>
    DestinationMissing,

    /// <summary>The application needs a credential and none was presented.</summary>
    CredentialsMissing,

    /// <summary>Half a credential, a duplicated header, or a value that cannot be one.</summary>
    CredentialsMalformed,

    /// <summary>Unknown client id or wrong secret: the two are indistinguishable on purpose.</summary>
    TokenUnknown,

    /// <summary>The right secret of a token whose time is over.</summary>
    TokenExpired,

    /// <summary>The right secret of a token that an administrator switched off.</summary>
    TokenDisabled,

    /// <summary>A person's session is over; sign in again.</summary>
    SessionExpired,

    /// <summary>No policy of the application admits this caller.</summary>
    PolicyDenied,

    /// <summary>The bastion application does not allow this destination.</summary>
    DestinationDenied,

    /// <summary>No application has this host and path.</summary>
    AppUnknown,

    /// <summary>The connection was made for another set of applications (client certificates).</summary>
    Misdirected,

    /// <summary>Too many sessions, of this token or altogether.</summary>
    LimitSessions,

    /// <summary>Too many attempts in a short time.</summary>
    LimitRate,

    /// <summary>The application has no origin configured.</summary>
    OriginUnset,

    /// <summary>The origin's host refused the connection or could not be reached.</summary>
    OriginRefused,

    /// <summary>The origin's name does not resolve.</summary>
    OriginName,

    /// <summary>The TLS handshake with the origin failed.</summary>
    OriginTls,

    /// <summary>The origin did not answer within <c>limits.origin_connect_timeout</c>.</summary>
    OriginTimeout,

    /// <summary>The gateway has no room left; nothing is wrong with the request.</summary>
    Overloaded,

    /// <summary>The gateway is stopping.</summary>
    Shutdown,

    /// <summary>The origin reset the connection in the middle of a session.</summary>
    OriginReset,

    /// <summary>The credential or the policy that admitted the session is gone.</summary>
    Revoked,

    /// <summary>No byte moved for the idle time-out.</summary>
    Idle,

    /// <summary>The stream ended without saying so; bytes may be missing.</summary>
    StreamLost,

    /// <summary>The client aborted the session, or its local end was reset.</summary>
    ClientReset,

    /// <summary>A bastion could not reach its gateway: name, TCP or proxy.</summary>
    GatewayUnreachable,

    /// <summary>A bastion's TLS handshake with its gateway failed.</summary>
    GatewayTls,

    /// <summary>What a bastion takes for its gateway does not speak the protocol, or not in time.</summary>
    GatewayProtocol,
}
