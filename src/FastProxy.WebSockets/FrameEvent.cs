namespace FastProxy.WebSockets;

/// <summary>One thing that <see cref="FrameReader.Read"/> found in the bytes it was given.</summary>
public readonly struct FrameEvent
{
    /// <summary>What was found.</summary>
    public FrameEventKind Kind { get; internal init; }

    /// <summary>For <see cref="FrameEventKind.Data"/>: <see cref="Opcode.Text"/> or <see cref="Opcode.Binary"/>, that of the message, for its continuation frames too.</summary>
    public Opcode MessageOpcode { get; internal init; }

    /// <summary>For <see cref="FrameEventKind.Data"/>: the range ends its frame.</summary>
    public bool EndOfFrame { get; internal init; }

    /// <summary>For <see cref="FrameEventKind.Data"/>: the range ends its message.</summary>
    public bool EndOfMessage { get; internal init; }

    /// <summary>For <see cref="FrameEventKind.Error"/>: the code to fail the connection with. Otherwise 0, which is no code.</summary>
    public CloseCode Error { get; internal init; }

    /// <summary>How many bytes of the given span this event used up: above 0 unless the span was empty.</summary>
    public int Consumed { get; internal init; }

    /// <summary>For <see cref="FrameEventKind.Data"/>: where in the given span the payload starts; it is unmasked already.</summary>
    public int PayloadOffset { get; internal init; }

    /// <summary>For <see cref="FrameEventKind.Data"/>: the payload's length in bytes; 0 for an empty frame only.</summary>
    public int PayloadLength { get; internal init; }
}
