namespace FastProxy.Transport.Splicing;

/// <summary>What keeps a silent stream alive past the idle limits of middleboxes.</summary>
public enum KeepAliveKind
{
    /// <summary>An empty BINARY message: ignored by cloudflared and by Cloudflare's edge, forwarded by everything between.</summary>
    Data,

    /// <summary>An unsolicited empty PONG (RFC 6455 5.5.3), for servers that take an empty message for the end.</summary>
    Pong,

    /// <summary>A PING; only towards a stock client, because a stock origin may answer it inside one of its data frames.</summary>
    Ping,

    /// <summary>Nothing.</summary>
    Off,
}
