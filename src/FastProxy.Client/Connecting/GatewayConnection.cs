using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Client.Connecting;

/// <summary>An upgraded connection on which session 1 is open.</summary>
public sealed class GatewayConnection : IAsyncDisposable
{
    private readonly SocketStream _transport;
    private readonly bool _zeroMask;

    internal GatewayConnection(SocketStream transport, SslStream? tls, ReadOnlyMemory<byte> leftover, UpgradeResponse response, bool isOurs, bool zeroMask)
    {
        _transport = transport;
        _zeroMask = zeroMask;
        Tls = tls;
        Leftover = leftover;
        Response = response;
        IsOurs = isOurs;
    }

    /// <summary>The TCP connection.</summary>
    public Socket Socket => _transport.Socket;

    /// <summary>The TLS connection over it; null in clear.</summary>
    public SslStream? Tls { get; }

    /// <summary>Bytes that came behind the 101.</summary>
    public ReadOnlyMemory<byte> Leftover { get; }

    /// <summary>The 101.</summary>
    public UpgradeResponse Response { get; }

    /// <summary>Whether the peer speaks <c>fastproxy.v1</c>: it selected the subprotocol and said so in a header of its own.</summary>
    public bool IsOurs { get; }

    /// <summary>The request id of session 1; null where the peer gives none.</summary>
    public string? Request => Response.Header(StreamProtocol.RequestHeader) ?? Response.Header("Cf-Ray");

    /// <summary>When the token that was presented expires, where one of ours says that this is soon.</summary>
    public DateTimeOffset? TokenExpires => IsOurs && DateTimeOffset.TryParseExact(
        Response.Header(StreamProtocol.TokenExpiresHeader), StreamProtocol.TokenExpiresFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end)
        ? end
        : null;

    /// <summary>The connection as one end of a splice, which then owns it.</summary>
    /// <param name="keepAlive">How a stock peer is kept alive.</param>
    /// <param name="timeProvider">The clock.</param>
    public SpliceEnd OpenEnd(KeepAliveKind keepAlive, TimeProvider timeProvider)
    {
        return IsOurs
            ? OpenStream(timeProvider).BeginOpened(last: true)
            : new WebSocketEnd(OpenConnection(), PeerRole.Client, keepAlive, timeProvider);
    }

    /// <summary>The connection as a stream of <c>fastproxy.v1</c>, which then owns it; only where <see cref="IsOurs"/>.</summary>
    internal ClientStream OpenStream(TimeProvider timeProvider) => new(OpenConnection(), _zeroMask, timeProvider);

    private SpliceEnd OpenConnection() => Tls is null
        ? _transport.OpenEnd(ReasonCode.StreamLost, Leftover)
        : new TlsEnd(Tls, _transport, ReasonCode.StreamLost, Leftover);

    /// <summary>Closes the connection, where no end has taken it over.</summary>
    public async ValueTask DisposeAsync()
    {
        Socket.Dispose();
        if (Tls is not null)
        {
            await Tls.DisposeAsync();
        }

        await _transport.DisposeAsync();
    }
}
