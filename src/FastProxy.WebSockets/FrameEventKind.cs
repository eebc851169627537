namespace FastProxy.WebSockets;

/// <summary>What <see cref="FrameReader.Read"/> found.</summary>
public enum FrameEventKind : byte
{
    /// <summary>All input is consumed and there is nothing to report.</summary>
    None,

    /// <summary>Bytes of a Text or Binary message, or an empty frame of one.</summary>
    Data,

    /// <summary>A whole Ping; its payload is <see cref="FrameReader.ControlPayload"/>.</summary>
    Ping,

    /// <summary>A whole Pong; its payload is <see cref="FrameReader.ControlPayload"/>.</summary>
    Pong,

    /// <summary>A whole, valid Close; see <see cref="FrameReader.CloseCode"/> and <see cref="FrameReader.CloseReason"/>.</summary>
    Close,

    /// <summary>The peer broke the protocol; fail the connection with <see cref="FrameEvent.Error"/>.</summary>
    Error,
}
