using System.Text;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Bastion;

/// <summary>
/// What a client of the unix socket asks for (RFC 9110 section 9.3.6): <c>CONNECT APP[:PORT] HTTP/1.1</c>, headers, an empty line; then raw bytes.
/// </summary>
/// <param name="Host">The application, in lower case, without a trailing dot and without the port, which says nothing.</param>
/// <param name="Destination">The value of <c>Cf-Access-Jump-Destination</c>; null where there is none.</param>
/// <param name="WantsOutcome">Whether the client takes a descriptor on which it is told how the session ends (<c>FastProxy-Outcome</c>).</param>
public sealed record ConnectRequest(string Host, string? Destination, bool WantsOutcome = false)
{
    /// <summary>The longest head, in bytes, with its empty line.</summary>
    public const int MaxHeadLength = 8192;

    private const string DestinationHeader = "Cf-Access-Jump-Destination";
    private const int MaxHostLength = 253;

    /// <summary>
    /// Reads a head from its first byte on. Strict: lines end with CR LF, no line is folded, nothing that two readers could read in two ways passes.
    /// </summary>
    /// <param name="buffer">Everything received.</param>
    /// <param name="request">What is asked for; null unless the answer is true.</param>
    /// <param name="length">The head's length; 0 unless the answer is true.</param>
    /// <param name="error">What is wrong; null where the head is right, or only not complete yet.</param>
    public static bool TryParse(ReadOnlySpan<byte> buffer, out ConnectRequest? request, out int length, out string? error)
    {
        request = null;
        length = 0;
        error = null;
        var head = buffer[..Math.Min(buffer.Length, MaxHeadLength)];

        // Wrong from the first bytes on is told at once: who speaks another protocol need not finish its sentence.
        if (!"CONNECT "u8.StartsWith(head[..Math.Min(head.Length, 8)]))
        {
            error = "the request is not an HTTP CONNECT";
            return false;
        }

        var end = head.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            error = buffer.Length >= MaxHeadLength ? "the head of the request is longer than 8 KiB" : null;
            return false;
        }

        var lines = head[..(end + 2)];
        if ((error = ParseRequestLine(NextLine(ref lines), out var host)) is not null)
        {
            return false;
        }

        string? destination = null;
        var wantsOutcome = false;
        while (!lines.IsEmpty)
        {
            if ((error = ParseHeader(NextLine(ref lines), ref destination, ref wantsOutcome)) is not null)
            {
                return false;
            }
        }

        length = end + 4;
        request = new ConnectRequest(host!, destination, wantsOutcome);
        return true;
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf("\r\n"u8);
        var line = lines[..end];
        lines = lines[(end + 2)..];
        return line;
    }

    private static string? ParseRequestLine(ReadOnlySpan<byte> line, out string? host)
    {
        host = null;
        line = line["CONNECT ".Length..];
        var space = line.IndexOf((byte)' ');
        if (space < 0 || !(line[(space + 1)..].SequenceEqual("HTTP/1.1"u8) || line[(space + 1)..].SequenceEqual("HTTP/1.0"u8)))
        {
            return "the request line is not CONNECT HOST:PORT HTTP/1.1";
        }

        var authority = line[..space];
        var colon = authority.LastIndexOf((byte)':');
        if (colon >= 0)
        {
            var port = authority[(colon + 1)..];
            if (port.IsEmpty || port.Length > 5 || port.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                return "the port is not a number";
            }

            authority = authority[..colon];
        }

        if (authority.EndsWith("."u8))
        {
            authority = authority[..^1];
        }

        if (!IsHostName(authority))
        {
            return "the host is not a host name";
        }

        host = Encoding.ASCII.GetString(authority).ToLowerInvariant();
        return null;
    }

    /// <summary>Letters, digits, hyphens and underscores in labels of at least one character.</summary>
    private static bool IsHostName(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.Length > MaxHostLength)
        {
            return false;
        }

        var previous = (byte)'.';
        foreach (var b in text)
        {
            if (b == '.' ? previous == '.' : !(char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_'))
            {
                return false;
            }

            previous = b;
        }

        return previous != '.';
    }

    private static string? ParseHeader(ReadOnlySpan<byte> line, ref string? destination, ref bool wantsOutcome)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            return "a line of the head is not a header";
        }

        foreach (var b in line[..colon])
        {
            // RFC 9110 section 5.6.2; a folded line and "Name : value" begin or end with a space, which is no token character.
            if (!char.IsAsciiLetterOrDigit((char)b) && !"!#$%&'*+-.^_`|~"u8.Contains(b))
            {
                return "a line of the head is not a header";
            }
        }

        var value = line[(colon + 1)..].Trim(" \t"u8);
        foreach (var b in value)
        {
            if (b is < 0x20 and not (byte)'\t' or 0x7f)
            {
                return "the head has a control character";
            }
        }

        var name = Encoding.ASCII.GetString(line[..colon]);
        if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)
            || (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && !value.SequenceEqual("0"u8)))
        {
            return "a CONNECT has no body";
        }

        if (name.Equals(DestinationHeader, StringComparison.OrdinalIgnoreCase))
        {
            if (destination is not null || value.IsEmpty || value.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
            {
                return $"{DestinationHeader} is not one HOST:PORT";
            }

            destination = Encoding.ASCII.GetString(value);
        }
        else if (name.Equals(StreamProtocol.OutcomeHeader, StringComparison.OrdinalIgnoreCase))
        {
            // A way to tell it that this version does not know is none: the answer does not promise it, and the client sees that.
            wantsOutcome |= Ascii.Equals(value, StreamProtocol.OutcomeDescriptor);
        }

        return null;
    }
}
