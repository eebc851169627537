using System.Buffers;
using System.Text;

namespace FastProxy.WebSockets;

/// <summary>
/// The request that opens a WebSocket (RFC 6455 section 4.1), written in the order in which established clients write it:
/// Host, User-Agent, the Cf-* headers, the handshake's own, all others.
/// </summary>
/// <remarks>Immutable. What a caller passes in cannot end a line: see the constructor.</remarks>
public sealed class UpgradeRequest
{
    private const string SubProtocolHeader = "Sec-WebSocket-Protocol";
    private const string UserAgentHeader = "User-Agent";

    // These make the request what it is; a second value would contradict the first, and a body has no place here.
    private static readonly string[] s_reserved =
    [
        "Host", "Connection", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Extensions", "Content-Length",
        "Transfer-Encoding",
    ];

    private readonly List<KeyValuePair<string, string>> _headers = [];

    /// <summary>Checks and keeps everything; nothing is written yet.</summary>
    /// <param name="target">Path and query, from the slash on; visible ASCII without <c>#</c>.</param>
    /// <param name="host">Value of the Host header: name or address, and port where it is not the scheme's own.</param>
    /// <param name="key">From <see cref="UpgradeHandshake.CreateKey"/>, fresh for every request.</param>
    /// <param name="headers">
    /// Further headers; the order within a group is kept. CR and LF in a value become spaces and the value is trimmed. A <c>User-Agent</c> takes
    /// its place; a <c>Sec-WebSocket-Protocol</c> replaces <paramref name="subProtocol"/>.
    /// </param>
    /// <param name="subProtocol">The subprotocol to offer, or several with commas; null offers none.</param>
    /// <exception cref="ArgumentException">A part cannot stand in a request. The message names the header, never its value.</exception>
    public UpgradeRequest(
        string target,
        string host,
        string key,
        IEnumerable<KeyValuePair<string, string>>? headers = null,
        string? subProtocol = null)
    {
        Target = IsTarget(target) ? target : throw new ArgumentException("The request target starts with a slash and is visible ASCII without '#'.", nameof(target));
        Host = IsHost(host) ? host : throw new ArgumentException("The host is a name or an address, with a port or without.", nameof(host));
        Key = UpgradeHandshake.IsValidKey(key) ? key : throw new ArgumentException("A Sec-WebSocket-Key is the base64 of 16 bytes.", nameof(key));
        foreach (var (name, value) in headers ?? [])
        {
            if (!HttpSyntax.IsToken(name))
            {
                throw new ArgumentException("A header name has a character that names cannot have.", nameof(headers));
            }

            if (s_reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw new ArgumentException($"The header {name} belongs to the handshake and cannot be set.", nameof(headers));
            }

            var clean = value.Replace('\r', ' ').Replace('\n', ' ').Trim();
            if (HttpSyntax.HasControl(Encoding.UTF8.GetBytes(clean)))
            {
                throw new ArgumentException($"The value of the header {name} has a control character.", nameof(headers));
            }

            if (name.Equals(SubProtocolHeader, StringComparison.OrdinalIgnoreCase))
            {
                subProtocol = clean;
            }
            else
            {
                _headers.Add(new(name, clean));
            }
        }

        SubProtocol = IsOffer(subProtocol) ? subProtocol : throw new ArgumentException("A subprotocol has a character that subprotocols cannot have.", nameof(subProtocol));
    }

    /// <summary>Path and query.</summary>
    public string Target { get; }

    /// <summary>Value of the Host header.</summary>
    public string Host { get; }

    /// <summary>Value of the Sec-WebSocket-Key header; <see cref="UpgradeResponse.TryParse"/> wants it back.</summary>
    public string Key { get; }

    /// <summary>What is offered in the end: one subprotocol, or several with commas, or null.</summary>
    public string? SubProtocol { get; }

    /// <summary>Writes the head, up to and with its empty line. Values outside ASCII go out as UTF-8.</summary>
    public void WriteTo(IBufferWriter<byte> destination)
    {
        Write(destination, "GET ", Target, " HTTP/1.1\r\n");
        WriteHeader(destination, "Host", Host);
        WriteHeaders(destination, Group.UserAgent);
        WriteHeaders(destination, Group.Credentials);
        WriteHeader(destination, "Connection", "Upgrade");
        WriteHeader(destination, "Sec-WebSocket-Key", Key);
        if (SubProtocol is not null)
        {
            WriteHeader(destination, SubProtocolHeader, SubProtocol);
        }

        WriteHeader(destination, "Sec-WebSocket-Version", "13");
        WriteHeader(destination, "Upgrade", "websocket");
        WriteHeaders(destination, Group.Others);
        destination.Write("\r\n"u8);
    }

    private void WriteHeaders(IBufferWriter<byte> destination, Group group)
    {
        foreach (var (name, value) in _headers)
        {
            if (GroupOf(name) == group)
            {
                WriteHeader(destination, name, value);
            }
        }
    }

    private static Group GroupOf(string name) =>
        name.Equals(UserAgentHeader, StringComparison.OrdinalIgnoreCase) ? Group.UserAgent
        : name.StartsWith("Cf-", StringComparison.OrdinalIgnoreCase) ? Group.Credentials
        : Group.Others;

    private static void WriteHeader(IBufferWriter<byte> destination, string name, string value) => Write(destination, name, ": ", value, "\r\n");

    private static void Write(IBufferWriter<byte> destination, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            Encoding.UTF8.GetBytes(part, destination);
        }
    }

    private static bool IsTarget(string target) =>
        target.StartsWith('/') && !target.Contains('#', StringComparison.Ordinal) && !target.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static bool IsHost(string host) =>
        host.Length > 0 && !host.AsSpan().ContainsAnyExceptInRange('!', '~') && !host.AsSpan().ContainsAny("/\\?#@,\"<>");

    private static bool IsOffer(string? offer)
    {
        foreach (var protocol in offer?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (!HttpSyntax.IsToken(protocol))
            {
                return false;
            }
        }

        return true;
    }

    private enum Group
    {
        UserAgent,
        Credentials,
        Others,
    }
}
