namespace FastProxy.Transport.Streams;

/// <summary>Names and limits of <c>fastproxy.v1</c> that both ends must agree on.</summary>
public static class StreamProtocol
{
    /// <summary>The WebSocket subprotocol.</summary>
    public const string SubProtocol = "fastproxy.v1";

    /// <summary>
    /// The header of the 101 that proves the peer: common WebSocket libraries select whatever subprotocol is offered first,
    /// so its name alone proves nothing.
    /// </summary>
    public const string VersionHeader = "FastProxy-Protocol";

    /// <summary>The value of <see cref="VersionHeader"/>.</summary>
    public const string Version = "1";

    /// <summary>The upgrade header that opens session 1 together with the stream.</summary>
    public const string OpenHeader = "FastProxy-Open";

    /// <summary>The request id, on every answer.</summary>
    public const string RequestHeader = "FastProxy-Request";

    /// <summary>The reason code, on every refusal.</summary>
    public const string ErrorHeader = "Cf-Access-Error";

    /// <summary>On a refusal of a bastion's own, about which the gateway was not asked; its value is <see cref="Bastion"/>.</summary>
    public const string RefusedByHeader = "FastProxy-Refused-By";

    /// <summary>The value of <see cref="RefusedByHeader"/>.</summary>
    public const string Bastion = "bastion";

    /// <summary>
    /// On a CONNECT to a bastion's unix socket: the client wants to learn how its session ends, and takes a descriptor for that; on the answer:
    /// it is there. The value is <see cref="OutcomeDescriptor"/>.
    /// </summary>
    public const string OutcomeHeader = "FastProxy-Outcome";

    /// <summary>The value of <see cref="OutcomeHeader"/>: the reading end of a pipe, beside the answer's first byte.</summary>
    public const string OutcomeDescriptor = "descriptor";

    /// <summary>The header of the 101 that says when the token which was accepted expires, where that is soon; see <see cref="TokenExpiresFormat"/>.</summary>
    public const string TokenExpiresHeader = "FastProxy-Token-Expires";

    /// <summary>RFC 3339 in UTC, whole seconds.</summary>
    public const string TokenExpiresFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The longest BINARY message a sender writes, in bytes.</summary>
    public const int LongestMessage = 1024 * 1024;

    /// <summary>What the gateway reads and drops, at most, between the end of a session and the next <c>open</c>, in bytes.</summary>
    public const long MostDropped = 16 * 1024 * 1024;

    /// <summary>Bytes of a session that may go ahead of its <c>opened</c>.</summary>
    public const int MostAhead = 64 * 1024;

    /// <summary>For how long the gateway drops what a client had still sent when its session ended.</summary>
    public static readonly TimeSpan DropTime = TimeSpan.FromSeconds(5);

    /// <summary>How long the gateway waits for room for an answer to <c>open</c>.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>How long a client waits for the <c>closed</c> that answers its <c>reset</c> before it gives the stream up.</summary>
    public static readonly TimeSpan ResetTime = TimeSpan.FromSeconds(5);
}
