using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Client.Connecting;

/// <summary>A server that takes one connection, reads a request head and answers with what the test says.</summary>
internal sealed class ScriptedGateway : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly X509Certificate2? _certificate;
    private readonly TaskCompletionSource _released = new();

    public ScriptedGateway(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public string? ServerName { get; private set; }

    /// <summary>A 101 that fits the request; further header lines end with CRLF each.</summary>
    public static string Accept(string head, string headers = "", string behind = "")
    {
        var key = head.Split("\r\n").Single(line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.Ordinal))[19..];
        return $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {UpgradeHandshake.ComputeAccept(key)}\r\n{headers}\r\n{behind}";
    }

    /// <summary>Serves one connection; returns the request's head, or null where TLS failed. The connection stays open until the gateway is disposed.</summary>
    public async Task<string?> ServeAsync(Func<string, string> answer)
    {
        using var peer = await _listener.AcceptAsync();
        await using var network = new NetworkStream(peer);
        await using var tls = _certificate is null ? null : new SslStream(network);
        try
        {
            if (tls is not null)
            {
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificateSelectionCallback = (_, name) =>
                    {
                        ServerName = name;
                        return _certificate!;
                    },
                });
            }

            Stream stream = tls is null ? network : tls;
            var head = new StringBuilder();
            var buffer = new byte[4096];
            while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer);
                if (read == 0)
                {
                    return null;
                }

                head.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }

            var text = answer(head.ToString());
            if (text.Length == 0)
            {
                return head.ToString();
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
            await _released.Task;
            return head.ToString();
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            return null;
        }
    }

    /// <summary>Lets the connection be closed.</summary>
    public void Release() => _released.TrySetResult();

    public void Dispose()
    {
        Release();
        _listener.Dispose();
    }
}
