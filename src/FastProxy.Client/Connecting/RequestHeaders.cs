using System.Text;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Connecting;

/// <summary>
/// The headers of the upgrade, in the order of precedence that scripts know from <c>cloudflared</c>: <c>--header</c> first, then
/// the credential, then User-Agent and the jump destination replace what stands there. Names go out in byte order.
/// </summary>
internal static class RequestHeaders
{
    // The handshake's own: a value given by hand would contradict it, so it is dropped without a word, as it always was.
    private static readonly string[] s_handshake =
    [
        "Host", "Upgrade", "Connection", "Sec-Websocket-Key", "Sec-Websocket-Version", "Sec-Websocket-Extensions", "Content-Length",
        "Transfer-Encoding", StreamProtocol.OpenHeader,
    ];

    public static List<KeyValuePair<string, string>> Build(GatewayRequest request, out bool offers)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var line in request.Headers)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? string.Empty : line[..colon].Trim();
            if (name.Length > 0 && !s_handshake.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                headers.Add(new(Canonical(name), line[(colon + 1)..].Trim()));
            }
        }

        if (request.Credential.Service is { } service)
        {
            Set(headers, "Cf-Access-Client-Id", service.ClientId);
            Set(headers, "Cf-Access-Client-Secret", service.ClientSecret.Reveal());
        }

        if (request.Credential.Token is { } token)
        {
            Set(headers, "Cf-Access-Token", token.Reveal());
        }

        Set(headers, "User-Agent", request.UserAgent);
        if (request.OpensSession && !string.IsNullOrEmpty(request.Destination))
        {
            Set(headers, "Cf-Access-Jump-Destination", request.Destination);
        }

        offers = !request.Stock && !headers.Exists(header => header.Key.Equals("Sec-Websocket-Protocol", StringComparison.OrdinalIgnoreCase));
        if (offers && request.OpensSession)
        {
            headers.Add(new(StreamProtocol.OpenHeader, OpenValue(request)));
        }

        // Stable, so that repeats of a name keep their order.
        return [.. headers.OrderBy(header => header.Key, StringComparer.Ordinal)];
    }

    /// <summary><c>x-foo</c> becomes <c>X-Foo</c>.</summary>
    internal static string Canonical(string name) => string.Create(name.Length, name, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = i == 0 || source[i - 1] == '-' ? char.ToUpperInvariant(source[i]) : char.ToLowerInvariant(source[i]);
        }
    });

    /// <summary>A dictionary of strings (RFC 9651 sections 3.2 and 3.3.3).</summary>
    private static string OpenValue(GatewayRequest request)
    {
        var value = new StringBuilder("app=");
        AppendString(value, request.App.App);
        if (!string.IsNullOrEmpty(request.Destination))
        {
            AppendString(value.Append(", destination="), request.Destination);
        }

        return value.ToString();
    }

    private static void AppendString(StringBuilder value, string text)
    {
        value.Append('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\')
            {
                value.Append('\\');
            }

            // Such a string holds printable ASCII only; what else a user typed names nothing, and the gateway will say so.
            value.Append(c is >= ' ' and <= '~' ? c : '?');
        }

        value.Append('"');
    }

    private static void Set(List<KeyValuePair<string, string>> headers, string name, string value)
    {
        headers.RemoveAll(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        headers.Add(new(name, value));
    }
}
