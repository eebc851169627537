using System.Text;
using FastProxy.WebSockets;

namespace FastProxy.Testing.Raw;

/// <summary>A whole message, a control frame, or the end of the connection.</summary>
/// <param name="Kind">What it is; <see cref="FrameEventKind.None"/> is the end of the stream without a Close frame.</param>
/// <param name="Opcode">Of a message: text or binary.</param>
/// <param name="Payload">Of a message, a Ping or a Pong; the reason of a Close.</param>
/// <param name="Code">Of a Close, or the code that an error asks for.</param>
public sealed record RawMessage(FrameEventKind Kind, Opcode Opcode, byte[] Payload, CloseCode Code)
{
    /// <summary>The payload as text.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);
}
