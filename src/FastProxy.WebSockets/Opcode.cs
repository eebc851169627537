namespace FastProxy.WebSockets;

/// <summary>What a frame is (RFC 6455 section 5.2). The values 3–7 and 11–15 are reserved and never accepted.</summary>
public enum Opcode : byte
{
    /// <summary>A further frame of the message in progress.</summary>
    Continuation = 0,

    /// <summary>The first frame of a message of UTF-8 text.</summary>
    Text = 1,

    /// <summary>The first frame of a message of bytes.</summary>
    Binary = 2,

    /// <summary>The sender's last frame: a code and a reason, or nothing.</summary>
    Close = 8,

    /// <summary>Asks for a <see cref="Pong"/> with the same payload.</summary>
    Ping = 9,

    /// <summary>Answers a <see cref="Ping"/>, or, unsolicited, is a one-way sign of life.</summary>
    Pong = 10,
}
