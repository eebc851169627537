namespace FastProxy.WebSockets;

/// <summary>Why a WebSocket ends (RFC 6455 section 7.4.1 and the IANA registry). Peers may use any value; which ones may appear on the wire says <see cref="CloseCodes.IsValidOnWire"/>.</summary>
public enum CloseCode : ushort
{
    /// <summary>The purpose of the connection is fulfilled.</summary>
    Normal = 1000,

    /// <summary>The endpoint goes away: a shutdown, a drain.</summary>
    GoingAway = 1001,

    /// <summary>The peer broke RFC 6455 or the subprotocol.</summary>
    ProtocolError = 1002,

    /// <summary>A type of message that the endpoint cannot take.</summary>
    UnsupportedData = 1003,

    /// <summary>A Close frame carried no code. A value for us alone: never sent.</summary>
    NoStatus = 1005,

    /// <summary>The connection ended without a Close frame. A value for us alone: never sent.</summary>
    Abnormal = 1006,

    /// <summary>Data that is not what the message's type promises: text that is not UTF-8.</summary>
    InvalidPayload = 1007,

    /// <summary>The endpoint's policy forbids it.</summary>
    PolicyViolation = 1008,

    /// <summary>The message is larger than the endpoint takes.</summary>
    MessageTooBig = 1009,

    /// <summary>A client misses an extension that the server did not negotiate.</summary>
    MandatoryExtension = 1010,

    /// <summary>The endpoint met a condition it did not expect.</summary>
    InternalError = 1011,

    /// <summary>The service restarts.</summary>
    ServiceRestart = 1012,

    /// <summary>The service is overloaded.</summary>
    TryAgainLater = 1013,

    /// <summary>The server, acting as a gateway, got a bad answer from its origin.</summary>
    BadGateway = 1014,

    /// <summary>The TLS handshake failed. A value for us alone: never sent.</summary>
    TlsHandshake = 1015,
}
