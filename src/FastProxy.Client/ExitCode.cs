namespace FastProxy.Client;

/// <summary>
/// The exit codes of the command line: a promise to scripts. Signals are re-raised, so that their usual status is seen.
/// </summary>
public enum ExitCode
{
    /// <summary>The session ended in order, or the command did what it was asked.</summary>
    Ok = 0,

    /// <summary>Anything without a code of its own.</summary>
    Failed = 1,

    /// <summary>The command line or a configuration file cannot be used as written.</summary>
    Usage = 2,

    /// <summary>Refused: not authenticated (401), or a login was demanded.</summary>
    NotAuthenticated = 3,

    /// <summary>Refused for another reason of the request's own (400, 403, 404).</summary>
    Refused = 4,

    /// <summary>The gateway could not reach the origin (502, 504).</summary>
    OriginUnreachable = 5,

    /// <summary>The gateway could not be reached: name, TCP or proxy.</summary>
    GatewayUnreachable = 6,

    /// <summary>TLS with the gateway failed.</summary>
    Tls = 7,

    /// <summary>What answered does not speak the protocol.</summary>
    Protocol = 8,

    /// <summary>A running session was cut: revoked, drained, idle, reset or lost.</summary>
    SessionReset = 9,

    /// <summary>Limited or overloaded (429, 503): trying again later may help.</summary>
    Limited = 10,
}
