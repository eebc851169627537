namespace FastProxy.Transport.Streams;

/// <summary>The control messages of <c>fastproxy.v1</c>.</summary>
public enum StreamMessageType
{
    /// <summary>Client to gateway: begin a session.</summary>
    Open,

    /// <summary>Gateway to client: admitted, and the origin is connected.</summary>
    Opened,

    /// <summary>Gateway to client: not started; the stream is idle again.</summary>
    Refused,

    /// <summary>Both: this side sends no more bytes; the other direction goes on.</summary>
    Eof,

    /// <summary>Client to gateway: abort the session.</summary>
    Reset,

    /// <summary>Gateway to client: the session is over.</summary>
    Closed,

    /// <summary>Gateway to client: no session above <see cref="StreamMessage.Last"/> will be started.</summary>
    Drain,

    /// <summary>Both: are you there?</summary>
    Ping,

    /// <summary>Both: the answer to <see cref="Ping"/>.</summary>
    Pong,
}
