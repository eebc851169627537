using System.Text;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Agent;

/// <summary>
/// How a session of the bastion's unix socket ended, in the one line that its client gets on a descriptor of its own: the reason code and,
/// where there is one, the gateway's request id behind a space.
/// </summary>
/// <param name="Reason"><see cref="ReasonCode.Ok"/> where both directions ended in order.</param>
/// <param name="Request">The request id; null where there is none.</param>
public readonly record struct AgentOutcome(ReasonCode Reason, string? Request)
{
    /// <summary>The longest line, in bytes, with its line feed: what a pipe takes at once (PIPE_BUF is 4096) and more than any line needs.</summary>
    public const int MaxLength = 256;

    /// <summary>The line with its line feed. A request id that is no word of visible ASCII, or too long a one, is left out.</summary>
    public byte[] Encode()
    {
        var line = Request is { Length: > 0 } request && !request.AsSpan().ContainsAnyExceptInRange('!', '~') ? $"{Reason.ToName()} {request}\n" : null;
        return Encoding.ASCII.GetBytes(line is { Length: <= MaxLength } ? line : $"{Reason.ToName()}\n");
    }

    /// <summary>Reads a line. Null where it is not whole, or not one; a reason that this version does not know is a lost stream.</summary>
    /// <param name="line">Everything that came, with the line feed.</param>
    public static AgentOutcome? Parse(ReadOnlySpan<byte> line)
    {
        if (line is not [.., (byte)'\n'] || line.Length > MaxLength)
        {
            return null;
        }

        var words = Encoding.Latin1.GetString(line[..^1]).Split(' ');
        if (words.Length > 2 || Array.Exists(words, word => word.Length == 0 || word.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            return null;
        }

        return new AgentOutcome(ReasonCodes.TryParse(words[0], out var reason) ? reason : ReasonCode.StreamLost, words.Length == 2 ? words[1] : null);
    }
}
