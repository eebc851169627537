using System.Net.Sockets;
using System.Text;

namespace FastProxy.Transport.Dialing;

/// <summary>Asks an HTTP proxy for a tunnel (RFC 9110 section 9.3.6).</summary>
internal static class HttpConnect
{
    // More than any proxy's answer with cookies and a Via chain; a longer head is no proxy's.
    private const int MaxHead = 16 * 1024;

    /// <summary>Null when the tunnel stands, else why it does not.</summary>
    public static async Task<string?> NegotiateAsync(Socket socket, ProxyEndpoint proxy, DialTarget target, CancellationToken cancellationToken)
    {
        await SocketExchange.SendAsync(socket, BuildRequest(proxy, target), cancellationToken);
        var head = new byte[MaxHead];
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(head.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return "closed the connection without an answer";
            }

            length += read;
            var end = head.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end < 0 && length < MaxHead)
            {
                continue;
            }

            if (end < 0)
            {
                return "answered with a head above 16 KiB";
            }

            var status = StatusLine(head.AsSpan(0, length));
            if (!IsSuccess(status))
            {
                return "refused: " + status;
            }

            // The client speaks first in TLS and in a WebSocket upgrade: bytes that are already here are not the target's.
            return end + 4 == length ? null : "sent bytes ahead of the tunnel";
        }
    }

    private static byte[] BuildRequest(ProxyEndpoint proxy, DialTarget target)
    {
        var request = new StringBuilder()
            .Append("CONNECT ").Append(target).Append(" HTTP/1.1\r\nHost: ").Append(target).Append("\r\n");
        if (proxy.UserName is not null)
        {
            var userInfo = Encoding.UTF8.GetBytes(proxy.UserName + ":" + proxy.Password);
            request.Append("Proxy-Authorization: Basic ").Append(Convert.ToBase64String(userInfo)).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(request.Append("\r\n").ToString());
    }

    private static string StatusLine(ReadOnlySpan<byte> head) => Encoding.Latin1.GetString(head[..Math.Min(head.IndexOf("\r\n"u8), 200)]);

    private static bool IsSuccess(string status) =>
        status.StartsWith("HTTP/1.", StringComparison.Ordinal) && status.Length >= 12 && status[8] == ' ' && status[9] == '2'
        && char.IsAsciiDigit(status[10]) && char.IsAsciiDigit(status[11]) && (status.Length == 12 || status[12] == ' ');
}
