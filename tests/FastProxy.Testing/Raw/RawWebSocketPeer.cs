using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastProxy.WebSockets;

namespace FastProxy.Testing.Raw;

/// <summary>A scripted client: connects, sends the upgrade it is given and hands out the answer and the raw connection.</summary>
/// <param name="Head">The answer's head.</param>
/// <param name="Socket">The connection behind the head, whatever the answer was; its next byte is a frame's or the body's first.</param>
public sealed record RawWebSocketPeer(RawHead Head, RawWebSocket Socket) : IAsyncDisposable
{
    /// <summary>Connects to a server on loopback; over TLS where <paramref name="trusted"/> is given.</summary>
    /// <param name="endPoint">Where the server listens.</param>
    /// <param name="host">The server's name, for TLS.</param>
    /// <param name="trusted">The one certificate to accept, or null for cleartext.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<Stream> ConnectAsync(IPEndPoint endPoint, string host, X509Certificate2? trusted, CancellationToken cancellationToken)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return trusted is null ? stream : await SecureAsync(stream, host, trusted, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a well-formed upgrade with further header lines, and reads the answer.</summary>
    /// <param name="stream">A new connection; owned from here on.</param>
    /// <param name="host">The value of Host.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="headers">Sent as given, repeated names too.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static Task<RawWebSocketPeer> UpgradeAsync(
        Stream stream, string host, string target, IEnumerable<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        var head = new StringBuilder($"GET {target} HTTP/1.1\r\nHost: {host}\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        head.Append($"Connection: Upgrade\r\nSec-WebSocket-Key: {UpgradeHandshake.CreateKey()}\r\nSec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n\r\n");
        return UpgradeAsync(stream, Encoding.Latin1.GetBytes(head.ToString()), cancellationToken);
    }

    /// <summary>Sends any bytes in place of a request, and reads the answer.</summary>
    /// <exception cref="EndOfStreamException">The server answered nothing.</exception>
    public static async Task<RawWebSocketPeer> UpgradeAsync(Stream stream, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var socket = new RawWebSocket(stream, PeerRole.Server);
        await socket.WriteAsync(request, cancellationToken);
        var head = await RawHead.ReadAsync(stream, cancellationToken) ?? throw new EndOfStreamException("the server ended before its answer");
        return new RawWebSocketPeer(head, socket);
    }

    /// <summary>Writes a frame of the test's making.</summary>
    public Task WriteAsync(RawFrame frame, CancellationToken cancellationToken) => Socket.WriteAsync(frame.ToArray(), cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Socket.DisposeAsync();

    private static async Task<Stream> SecureAsync(NetworkStream stream, string host, X509Certificate2 trusted, CancellationToken cancellationToken)
    {
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is X509Certificate2 shown && shown.RawDataMemory.Span.SequenceEqual(trusted.RawDataMemory.Span),
        };
        await tls.AuthenticateAsClientAsync(options, cancellationToken);
        return tls;
    }
}
