using FastProxy.Testing.Raw;

namespace FastProxy.Testing.Stock;

/// <summary>The answer to a stock client's upgrade.</summary>
/// <param name="Head">The answer's head.</param>
/// <param name="Body">The body of a refusal.</param>
/// <param name="Client">The session; null where stock cloudflared says <c>websocket: bad handshake</c>.</param>
public sealed record StockHandshake(RawHead Head, string Body, StockCloudflaredClient? Client);
