using System.Net.Sockets;
using System.Text;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Raw;
using FastProxy.WebSockets;

namespace FastProxy.Testing.Echo;

/// <summary>A WebSocket server on loopback that sends every message back, for foreign clients and public conformance suites to judge the codec by.</summary>
/// <param name="port">The port to listen on; 0 lets the system choose.</param>
public sealed class EchoHost(int port = 0) : TcpPeer(port)
{
    /// <inheritdoc />
    protected override async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket);
        RawHead? head;
        try
        {
            head = await RawHead.ReadAsync(stream, cancellationToken);
        }
        catch (InvalidDataException)
        {
            return; // no head within bounds: nobody to answer
        }

        if (head is null)
        {
            return;
        }

        var refusal = Judge(head);
        var answer = refusal is null
            ? $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {UpgradeHandshake.ComputeAccept(head.Value("Sec-WebSocket-Key")!)}\r\n\r\n"
            : $"HTTP/1.1 {refusal}\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancellationToken);
        if (refusal is null)
        {
            await new EchoSession(stream).RunAsync(cancellationToken);
        }

        await EndAsync(socket, cancellationToken);
    }

    /// <summary>RFC 6455 section 4.2.1. Returns the status line's end of a refusal, or null.</summary>
    private static string? Judge(RawHead head)
    {
        if (!head.StartLine.StartsWith("GET /", StringComparison.Ordinal) || !head.StartLine.EndsWith(" HTTP/1.1", StringComparison.Ordinal))
        {
            return "400 Bad Request";
        }

        if (!Lists(head, "Upgrade", "websocket") || !Lists(head, "Connection", "upgrade") || head.Value("Sec-WebSocket-Version") != "13")
        {
            return "426 Upgrade Required";
        }

        return UpgradeHandshake.IsValidKey(head.Value("Sec-WebSocket-Key")) ? null : "400 Bad Request";
    }

    private static bool Lists(RawHead head, string name, string token) =>
        head.Values(name).SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries)).Contains(token, StringComparer.OrdinalIgnoreCase);

    /// <summary>Sends FIN and reads on, for a while, to the peer's: closing over unread bytes would reset the connection and take our Close frame with it.</summary>
    private static async Task EndAsync(Socket socket, CancellationToken cancellationToken)
    {
        socket.Shutdown(SocketShutdown.Send);
        using var drain = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        drain.CancelAfter(TimeSpan.FromMinutes(1));
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, drain.Token) > 0)
        {
        }
    }
}
