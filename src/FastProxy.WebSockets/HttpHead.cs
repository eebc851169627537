namespace FastProxy.WebSockets;

/// <summary>
/// Finds the end of a message head and checks its form on the way, without allocating: lines end with CRLF and nothing else, no line is folded,
/// names are tokens, values hold no control characters, and size and number are bounded. Two parsers never read two things into what passes here.
/// </summary>
internal static class HttpHead
{
    /// <summary>Checks the lines that are complete.</summary>
    /// <param name="buffer">Everything received, from the head's first byte on.</param>
    /// <param name="limit">How many bytes the head may take.</param>
    /// <param name="maxHeaders">How many headers it may have.</param>
    /// <param name="length">The head's length with its empty line, or 0 while it is incomplete or when it is wrong.</param>
    /// <returns>Null, or what is wrong.</returns>
    internal static string? Scan(ReadOnlySpan<byte> buffer, int limit, int maxHeaders, out int length)
    {
        length = 0;
        var rest = buffer[..Math.Min(buffer.Length, limit)];
        var position = 0;
        for (var line = 0; ; line++)
        {
            var end = rest[position..].IndexOf((byte)'\n');
            if (end < 0)
            {
                return buffer.Length >= limit ? "the head is longer than 16 KiB" : null;
            }

            var text = rest.Slice(position, end);
            position += end + 1;
            if (!text.EndsWith("\r"u8))
            {
                return "a line of the head does not end with CR LF";
            }

            text = text[..^1];
            if (HttpSyntax.HasControl(text))
            {
                return "the head has a control character";
            }

            if (text.IsEmpty && line > 0)
            {
                length = position;
                return null;
            }

            if (line > maxHeaders)
            {
                return "the head has more than 100 headers";
            }

            // "Name : value" and a folded line both fail here, because a space is no token character.
            if (line > 0 && !HttpSyntax.IsToken(text[..Math.Max(0, text.IndexOf((byte)':'))]))
            {
                return "a line of the head is not a header";
            }
        }
    }
}
