namespace FastProxy.Client.Connecting;

/// <summary>How far a connection attempt came.</summary>
public enum ConnectStage
{
    /// <summary>The name does not resolve.</summary>
    Name,

    /// <summary>No TCP connection.</summary>
    Tcp,

    /// <summary>A proxy in between said no.</summary>
    Proxy,

    /// <summary>The TLS handshake, or the certificate.</summary>
    Tls,

    /// <summary>What answered does not speak WebSocket, or not in time.</summary>
    Handshake,

    /// <summary>The gateway answered, and the answer is no.</summary>
    Refused,

    /// <summary>The caller cancelled.</summary>
    Cancelled,
}
