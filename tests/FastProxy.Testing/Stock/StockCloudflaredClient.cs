using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using FastProxy.Testing.Raw;
using FastProxy.WebSockets;

namespace FastProxy.Testing.Stock;

/// <summary>
/// A client that behaves as stock <c>cloudflared access</c> was observed to: the upgrade is its first request and nothing else is tried;
/// it takes only a 101 whose <c>Connection</c> is exactly <c>Upgrade</c>; it sends at most 16 KiB a message, in masked frames of 4 KiB,
/// no Ping, no Close and no empty message of its own; it delivers whole messages only, text as if it were bytes; it has no half-close.
/// </summary>
public sealed class StockCloudflaredClient : IAsyncDisposable
{
    private const int MaxMessage = 16 * 1024;
    private const int MaxFrame = 4 * 1024;

    private readonly RawWebSocket _socket;

    private StockCloudflaredClient(RawWebSocket socket) => _socket = socket;

    /// <summary>The code of the Close frame that ended the session; null before, and if there was none.</summary>
    public CloseCode? CloseCode { get; private set; }

    /// <summary>Sends the upgrade and judges the answer.</summary>
    /// <param name="stream">A new connection; over TLS already handshaken, without ALPN.</param>
    /// <param name="host">The value of Host.</param>
    /// <param name="headers">The rest, such as <c>Cf-Access-Client-Id</c>, sent as given.</param>
    /// <param name="cancellationToken">The real one has no time-out: give one.</param>
    public static async Task<StockHandshake> ConnectAsync(
        Stream stream, string host, IEnumerable<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var request = new StringBuilder();
        request.Append("GET / HTTP/1.1\r\n").Append("Host: ").Append(host).Append("\r\nUser-Agent: cloudflared/2026.8.2\r\n");
        foreach (var (name, value) in headers)
        {
            request.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        request.Append("Connection: Upgrade\r\nSec-WebSocket-Key: ").Append(key);
        request.Append("\r\nSec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request.ToString()), cancellationToken);
        await stream.FlushAsync(cancellationToken);

        var head = await RawHead.ReadAsync(stream, cancellationToken) ?? throw new EndOfStreamException("the server ended before its answer");
        if (head.Status != 101)
        {
            var body = await head.ReadBodyAsync(stream, cancellationToken);
            return new StockHandshake(head, Encoding.UTF8.GetString(body), null);
        }

        var good = string.Equals(head.Value("Upgrade"), "websocket", StringComparison.OrdinalIgnoreCase)
            && string.Equals(head.Value("Connection"), "upgrade", StringComparison.OrdinalIgnoreCase)
            && head.Value("Sec-WebSocket-Accept") == RawWebSocket.AcceptFor(key)
            && head.Values("Sec-WebSocket-Extensions").Count == 0;
        return new StockHandshake(head, "", good ? new StockCloudflaredClient(new RawWebSocket(stream, PeerRole.Server)) : null);
    }

    /// <summary>Sends what one or more reads of the local end would give.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(MaxMessage, bytes.Length)..])
        {
            var message = bytes[..Math.Min(MaxMessage, bytes.Length)];
            for (var offset = 0; offset < message.Length; offset += MaxFrame)
            {
                var frame = message[offset..Math.Min(offset + MaxFrame, message.Length)];
                var last = offset + frame.Length == message.Length;
                await _socket.WriteFrameAsync(offset == 0 ? Opcode.Binary : Opcode.Continuation, frame, last, cancellationToken);
            }
        }
    }

    /// <summary>The next message's bytes, text or binary alike; null at the end, by Close (echoed without a reason) or without one.</summary>
    public async Task<byte[]?> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var message = await _socket.ReadAsync(cancellationToken);
            switch (message.Kind)
            {
                case FrameEventKind.Data when message.Payload.Length > 0:
                    return message.Payload;
                case FrameEventKind.Ping:
                    await _socket.WriteMessageAsync(Opcode.Pong, message.Payload, cancellationToken);
                    break;
                case FrameEventKind.Close:
                    CloseCode = message.Code;
                    await _socket.WriteCloseAsync(message.Code, cancellationToken);
                    return null;
                case FrameEventKind.Error:
                    await _socket.WriteCloseAsync(FastProxy.WebSockets.CloseCode.ProtocolError, cancellationToken);
                    throw new InvalidDataException(message.Text);
                case FrameEventKind.None:
                    return null;
            }
        }
    }

    /// <summary>Receives until so many bytes have come, or the end.</summary>
    public async Task<byte[]> ReceiveAsync(int length, CancellationToken cancellationToken)
    {
        using var received = new MemoryStream();
        while (received.Length < length && await ReceiveAsync(cancellationToken) is { } bytes)
        {
            received.Write(bytes);
        }

        return received.ToArray();
    }

    /// <summary>Ends as the real one does: close_notify where there is TLS, then the socket is closed. No Close frame, no half-close.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_socket.Stream is SslStream tls)
        {
            try
            {
                await tls.ShutdownAsync();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // The peer was faster.
            }
        }

        await _socket.DisposeAsync();
    }
}
