namespace FastProxy.Transport.Streams;

/// <summary>What became of a client while its session's origin was dialled.</summary>
public enum AheadEnd
{
    /// <summary>It still waits.</summary>
    None,

    /// <summary>It sent <c>reset</c>, and waits for <c>closed</c>.</summary>
    Reset,

    /// <summary>It is gone, or broke a rule.</summary>
    StreamEnded,
}
