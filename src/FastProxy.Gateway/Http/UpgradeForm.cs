using FastProxy.Transport.Streams;
using FastProxy.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FastProxy.Gateway.Http;

/// <summary>The form of a WebSocket upgrade (RFC 6455 4.2.1) and what it says about <c>fastproxy.v1</c>.</summary>
internal sealed class UpgradeForm
{
    private UpgradeForm(string key, bool isOurs, OpenHeader? open)
    {
        Key = key;
        IsOurs = isOurs;
        Open = open;
    }

    public string Key { get; }

    /// <summary>Whether the client offers <c>fastproxy.v1</c>.</summary>
    public bool IsOurs { get; }

    /// <summary>What the upgrade opens; null where it opens nothing yet.</summary>
    public OpenHeader? Open { get; }

    /// <summary>Whether the request asks for a WebSocket at all.</summary>
    public static bool IsAsked(HttpRequest request) =>
        HasToken(request.Headers.Upgrade, "websocket") || !string.IsNullOrEmpty(request.Headers.SecWebSocketKey);

    /// <summary>Checks the form. One of the two results is null.</summary>
    public static (UpgradeForm? Form, Refusal? Refusal) Read(HttpContext context)
    {
        var request = context.Request;
        var headers = request.Headers;
        if (!HttpMethods.IsGet(request.Method) || !HasToken(headers.Upgrade, "websocket")
            || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true })
        {
            return Malformed("not a WebSocket upgrade: GET with Connection: Upgrade and Upgrade: websocket is expected");
        }

        if (request.ContentLength is > 0 || headers.TransferEncoding.Count > 0)
        {
            return Malformed("a WebSocket upgrade has no body");
        }

        if (headers.SecWebSocketVersion != "13")
        {
            return Malformed("Sec-WebSocket-Version must be 13");
        }

        string? key = headers.SecWebSocketKey;
        if (!UpgradeHandshake.IsValidKey(key))
        {
            return Malformed("Sec-WebSocket-Key must be 16 bytes in base64, once");
        }

        var isOurs = HasToken(headers.SecWebSocketProtocol, StreamProtocol.SubProtocol);
        var opens = headers[StreamProtocol.OpenHeader];
        if (!isOurs || opens.Count == 0)
        {
            return (new UpgradeForm(key!, isOurs, null), null);
        }

        if (opens.Count > 1 || !OpenHeader.TryParse(opens[0], out var open))
        {
            return Malformed($"{StreamProtocol.OpenHeader} must be there once, as app=\"HOST[/path]\", destination=\"HOST:PORT\"");
        }

        return (new UpgradeForm(key!, isOurs, open), null);
    }

    private static (UpgradeForm? Form, Refusal? Refusal) Malformed(string message) => (null, new Refusal(ReasonCode.Protocol, message));

    private static bool HasToken(Microsoft.Extensions.Primitives.StringValues values, string token)
    {
        foreach (var value in values)
        {
            foreach (var part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim().Equals(token, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
