using System.Globalization;
using System.Text;

namespace FastProxy.WebSockets;

/// <summary>A server's answer to an <see cref="UpgradeRequest"/>, parsed strictly and within bounds (RFC 6455 section 4.2.2, RFC 9112).</summary>
/// <remarks>Immutable. Everything in it was chosen by the server.</remarks>
public sealed class UpgradeResponse
{
    /// <summary>How many bytes the answer's head may take, interim answers included.</summary>
    public const int MaxHeadLength = 16 * 1024;

    /// <summary>How many headers a head may have.</summary>
    public const int MaxHeaders = 100;

    private const int SwitchingProtocols = 101;

    private readonly List<KeyValuePair<string, string>> _headers;

    private UpgradeResponse(int statusCode, string reasonPhrase, List<KeyValuePair<string, string>> headers)
    {
        StatusCode = statusCode;
        ReasonPhrase = reasonPhrase;
        _headers = headers;
    }

    /// <summary>The status, 101 or 200–599.</summary>
    public int StatusCode { get; }

    /// <summary>The text after the status; may be empty. Printable ASCII: other bytes were replaced by question marks.</summary>
    public string ReasonPhrase { get; }

    /// <summary>All headers in their order; values are trimmed, bytes above 127 are read as Latin-1.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>The subprotocol the server selected, one of those offered; null if none.</summary>
    public string? SubProtocol => Header("Sec-WebSocket-Protocol");

    /// <summary>The announced length of a refusal's body in bytes; null where it is not announced.</summary>
    public long? ContentLength { get; private init; }

    /// <summary>The first value of a header, by its name in any case; null if there is none.</summary>
    public string? Header(string name)
    {
        foreach (var (candidate, value) in _headers)
        {
            if (candidate.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Parses the answer from what was received so far. Interim answers (1xx other than 101) are skipped.</summary>
    /// <param name="buffer">Everything received, from the answer's first byte on; no more than <see cref="MaxHeadLength"/> bytes of it are looked at.</param>
    /// <param name="expectedKey">The request's <see cref="UpgradeRequest.Key"/>.</param>
    /// <param name="offeredSubProtocol">The request's <see cref="UpgradeRequest.SubProtocol"/>.</param>
    /// <param name="response">The answer when it is accepted or refused, otherwise null.</param>
    /// <param name="headLength">When accepted or refused: where in <paramref name="buffer"/> the head ends and frames or a body begin. Otherwise 0.</param>
    /// <param name="error">When invalid: one line saying why, in words of our own. Otherwise null.</param>
    public static UpgradeStatus TryParse(
        ReadOnlySpan<byte> buffer,
        string expectedKey,
        string? offeredSubProtocol,
        out UpgradeResponse? response,
        out int headLength,
        out string? error)
    {
        response = null;
        headLength = 0;
        error = null;
        var position = 0;
        while (true)
        {
            var head = buffer[position..];
            error = CheckStart(head) ?? HttpHead.Scan(head, MaxHeadLength - position, MaxHeaders, out headLength);
            if (error is not null)
            {
                headLength = 0;
                return UpgradeStatus.Invalid;
            }

            if (headLength == 0)
            {
                return UpgradeStatus.NeedMoreData;
            }

            error = ParseHead(head[..headLength], out var parsed);
            position += headLength;
            headLength = 0;
            if (error is not null)
            {
                return UpgradeStatus.Invalid;
            }

            if (parsed!.StatusCode is >= 200 or SwitchingProtocols)
            {
                var accepted = parsed.StatusCode == SwitchingProtocols;
                error = accepted ? parsed.CheckAccepted(head, expectedKey, offeredSubProtocol) : null;
                if (error is not null)
                {
                    return UpgradeStatus.Invalid;
                }

                response = parsed;
                headLength = position;
                return accepted ? UpgradeStatus.Accepted : UpgradeStatus.Refused;
            }
        }
    }

    /// <summary>Refuses at its first bytes what is no HTTP at all, an SSH banner for one, instead of waiting for a line.</summary>
    private static string? CheckStart(ReadOnlySpan<byte> head)
    {
        var known = "HTTP/1."u8;
        var length = Math.Min(head.Length, known.Length);
        return head[..length].SequenceEqual(known[..length]) ? null : "the answer is not HTTP/1.1";
    }

    /// <summary>Parses a head whose lines <see cref="HttpHead.Scan"/> found well-formed.</summary>
    private static string? ParseHead(ReadOnlySpan<byte> head, out UpgradeResponse? response)
    {
        response = null;
        var end = head.IndexOf("\r\n"u8);
        var line = head[..end];

        // HTTP/1.x SP 3DIGIT [SP reason-phrase]. RFC 9112 wants the second space even before an empty phrase; many servers leave it out.
        if (line.Length < 12 || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' ' || (line.Length > 12 && line[12] != ' ')
            || line[9] is < (byte)'1' or > (byte)'5' || !IsDigit(line[10]) || !IsDigit(line[11]))
        {
            return "the answer has no HTTP/1.1 status line";
        }

        var status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
        var reason = line.Length > 13 ? Encoding.ASCII.GetString(line[13..]).Trim() : "";
        var headers = new List<KeyValuePair<string, string>>();
        for (var rest = head[(end + 2)..]; !rest.StartsWith("\r\n"u8); rest = rest[(end + 2)..])
        {
            end = rest.IndexOf("\r\n"u8);
            var colon = rest.IndexOf((byte)':');
            var value = rest[(colon + 1)..end].Trim(" \t"u8);
            headers.Add(new(Encoding.ASCII.GetString(rest[..colon]), Encoding.Latin1.GetString(value)));
        }

        if (status < 200)
        {
            response = new UpgradeResponse(status, reason, headers); // 1xx answers have no body, whatever they announce
            return null;
        }

        var error = ParseContentLength(headers, out var contentLength);
        response = new UpgradeResponse(status, reason, headers) { ContentLength = contentLength };
        return error;
    }

    /// <summary>RFC 9112 section 6.3: Transfer-Encoding overrides; differing or malformed lengths are an error.</summary>
    private static string? ParseContentLength(List<KeyValuePair<string, string>> headers, out long? length)
    {
        length = null;
        var chunked = false;
        foreach (var (name, value) in headers)
        {
            chunked |= name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || (length is not null && length != parsed))
                {
                    return "the answer has a malformed Content-Length";
                }

                length = parsed;
            }
        }

        length = chunked ? null : length;
        return null;
    }

    /// <summary>The checks of RFC 6455 section 4.1 on a 101; nothing may be sent before they hold.</summary>
    private string? CheckAccepted(ReadOnlySpan<byte> head, string expectedKey, string? offeredSubProtocol)
    {
        if (head[7] != '1')
        {
            return "the 101 is not HTTP/1.1";
        }

        if (!AnyListContains("Upgrade", "websocket"))
        {
            return "the 101 has no Upgrade: websocket";
        }

        if (!AnyListContains("Connection", "upgrade"))
        {
            return "the 101 has no Connection: Upgrade";
        }

        if (Count("Sec-WebSocket-Accept") != 1 || Header("Sec-WebSocket-Accept") != UpgradeHandshake.ComputeAccept(expectedKey))
        {
            return "the 101 has a Sec-WebSocket-Accept that does not answer our key";
        }

        if (Count("Sec-WebSocket-Extensions") > 0)
        {
            return "the 101 selects an extension that was not offered";
        }

        var selected = Count("Sec-WebSocket-Protocol");
        return selected == 0 || (selected == 1 && IsOffered(SubProtocol, offeredSubProtocol))
            ? null
            : "the 101 selects a subprotocol that was not offered";
    }

    private static bool IsOffered(string? selected, string? offered) =>
        offered is not null && HttpSyntax.IsToken(selected) && HttpSyntax.ListContains(offered, selected, StringComparison.Ordinal);

    private bool AnyListContains(string header, string token)
    {
        foreach (var (name, value) in _headers)
        {
            if (name.Equals(header, StringComparison.OrdinalIgnoreCase) && HttpSyntax.ListContains(value, token, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private int Count(string header)
    {
        var count = 0;
        foreach (var (name, _) in _headers)
        {
            count += name.Equals(header, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        }

        return count;
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';
}
