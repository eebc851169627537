namespace FastProxy.Transport.Splicing;

/// <summary>What one fill of a <see cref="WebSocketLink"/> brought.</summary>
internal enum LinkStatus
{
    /// <summary>Payload bytes, decoded in place.</summary>
    Data,

    /// <summary>A whole control message of the stream protocol in <see cref="WebSocketLink.Text"/>.</summary>
    Text,

    /// <summary>A Close frame; it has been answered.</summary>
    Close,

    /// <summary>The connection ended in order between two frames, without a Close frame.</summary>
    EndOfStream,

    /// <summary>The connection broke, or the peer broke a rule and was told so.</summary>
    Failed,

    /// <summary>Nothing: whoever waited was sent away, and the receive goes on for the next one.</summary>
    Interrupted,
}
