namespace FastProxy.Transport.Streams;

/// <summary>What became of an <c>open</c>.</summary>
public enum OpenResult
{
    /// <summary>A policy admitted it and the origin is connected.</summary>
    Opened,

    /// <summary>It was not admitted, or the origin could not be reached; the stream is free for the next session.</summary>
    Refused,

    /// <summary>The gateway drains the stream, and promises that it neither was nor will be started.</summary>
    NotStarted,

    /// <summary>The stream ended before an answer came.</summary>
    StreamEnded,
}
