using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Raw;
using FastProxy.WebSockets;

namespace FastProxy.Testing.Stock;

/// <summary>
/// A server that behaves as Cloudflare's edge with a stock cloudflared origin behind it was observed to: it selects no subprotocol;
/// of a message it delivers the first 16,384 bytes and silently drops the rest; Text is dropped, an empty Binary is nothing; a data frame
/// is two writes, and the Pong of a Ping that comes meanwhile lands between them; there is no half-close.
/// </summary>
/// <param name="origin">Where the bytes go.</param>
/// <param name="certificate">Serves TLS with it; null serves cleartext.</param>
public sealed class StockCloudflaredOrigin(IPEndPoint origin, X509Certificate2? certificate) : TcpPeer
{
    private const int ReadBuffer = 16 * 1024;

    private static readonly TimeSpan s_drain = TimeSpan.FromMinutes(1);

    private long _lost;
    private int _pings;
    private int _texts;

    /// <summary>Bytes that were silently dropped because their message was too long. A right client keeps it at 0.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Pings received: each could have corrupted a frame.</summary>
    public int Pings => Volatile.Read(ref _pings);

    /// <summary>Text messages received and dropped.</summary>
    public int Texts => Volatile.Read(ref _texts);

    /// <summary>The heads of all requests, in order.</summary>
    public ConcurrentQueue<RawHead> Requests { get; } = new();

    /// <summary>A whole HTTP answer to be sent instead of the 101, after which the connection ends.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether the end of the origin is told by a Close 1000; otherwise by the end of the connection alone.</summary>
    public bool ClosesByFrame { get; init; }

    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(socket, cancellationToken);
        if (await RawHead.ReadAsync(stream, cancellationToken) is not { } request)
        {
            return;
        }

        Requests.Enqueue(request);
        if (Refusal is not null)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Refusal), cancellationToken);
            return;
        }

        using var upstream = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await upstream.ConnectAsync(origin, cancellationToken);
        var accept = RawWebSocket.AcceptFor(request.Value("Sec-WebSocket-Key") ?? "");
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"),
            cancellationToken);

        await using var webSocket = new RawWebSocket(stream, PeerRole.Client);
        using var first = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = UpAsync(webSocket, upstream, first.Token);
        var down = DownAsync(webSocket, upstream, first.Token);
        if (await Task.WhenAny(up, down) == down && down.IsCompletedSuccessfully)
        {
            // FIN and a bounded drain: closing over unread bytes would reset the connection and cost the client the tail.
            await webSocket.EndWritesAsync(cancellationToken);
            socket.Shutdown(SocketShutdown.Send);
            first.CancelAfter(s_drain);
        }
        else
        {
            await first.CancelAsync();
        }

        await Task.WhenAll(up, down);
    }

    private async Task<Stream> OpenAsync(Socket socket, CancellationToken cancellationToken)
    {
        var network = new NetworkStream(socket, ownsSocket: false);
        if (certificate is null)
        {
            return network;
        }

        var tls = new SslStream(network);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
        return tls;
    }

    private async Task UpAsync(RawWebSocket webSocket, Socket upstream, CancellationToken cancellationToken)
    {
        while (true)
        {
            var message = await webSocket.ReadAsync(cancellationToken);
            switch (message.Kind)
            {
                case FrameEventKind.Data when message.Opcode == Opcode.Text:
                    Interlocked.Increment(ref _texts);
                    break;
                case FrameEventKind.Data:
                    var kept = Math.Min(ReadBuffer, message.Payload.Length);
                    Interlocked.Add(ref _lost, message.Payload.Length - kept);
                    await upstream.SendAllAsync(message.Payload.AsMemory(0, kept), cancellationToken);
                    break;
                case FrameEventKind.Ping:
                    Interlocked.Increment(ref _pings);
                    await webSocket.WriteMessageAsync(Opcode.Pong, message.Payload, cancellationToken);
                    break;
                case FrameEventKind.Close:
                    await webSocket.WriteCloseAsync(message.Code, cancellationToken);
                    return;
                case FrameEventKind.Error or FrameEventKind.None:
                    return;
            }
        }
    }

    private async Task DownAsync(RawWebSocket webSocket, Socket upstream, CancellationToken cancellationToken)
    {
        var buffer = new byte[ReadBuffer];
        var header = new byte[FrameHeader.MaxLength];
        int read;
        while ((read = await upstream.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            var length = FrameHeader.Write(header, Opcode.Binary, fin: true, read, masked: false, maskKey: 0);
            await webSocket.WriteAsync(header.AsMemory(0, length), cancellationToken);
            await webSocket.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        if (ClosesByFrame)
        {
            await webSocket.WriteCloseAsync(CloseCode.Normal, cancellationToken);
        }
    }
}
