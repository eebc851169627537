namespace FastProxy.WebSockets;

/// <summary>Who sends the frames being read. It decides about masking (RFC 6455 section 5.1).</summary>
public enum PeerRole
{
    /// <summary>A client sends them: every frame must be masked.</summary>
    Client,

    /// <summary>A server sends them: no frame may be masked.</summary>
    Server,
}
