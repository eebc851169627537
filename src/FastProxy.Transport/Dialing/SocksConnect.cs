using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastProxy.Transport.Dialing;

/// <summary>Asks a SOCKS 5 proxy for a connection (RFC 1928), with a user name and password where there is one (RFC 1929).</summary>
internal static class SocksConnect
{
    private const byte Version = 5;
    private const byte NoAuthentication = 0;
    private const byte UserAndPassword = 2;
    private const string Ended = "closed the connection without an answer";

    /// <summary>Null when the connection stands, else why it does not.</summary>
    public static async Task<string?> NegotiateAsync(Socket socket, ProxyEndpoint proxy, DialTarget target, CancellationToken cancellationToken)
    {
        var answer = new byte[2];
        byte[] methods = proxy.UserName is null ? [Version, 1, NoAuthentication] : [Version, 2, NoAuthentication, UserAndPassword];
        await SocketExchange.SendAsync(socket, methods, cancellationToken);
        if (!await SocketExchange.ReceiveAsync(socket, answer, cancellationToken))
        {
            return Ended;
        }

        if (answer[0] != Version)
        {
            return "is not a SOCKS 5 proxy";
        }

        var refusal = answer[1] switch
        {
            NoAuthentication => null,
            UserAndPassword when proxy.UserName is not null => await AuthenticateAsync(socket, proxy, cancellationToken),
            UserAndPassword => "refused: it asks for a user name and password",
            _ => "refused: it accepts none of the offered ways to authenticate",
        };
        return refusal ?? await ConnectAsync(socket, target, cancellationToken);
    }

    private static async Task<string?> AuthenticateAsync(Socket socket, ProxyEndpoint proxy, CancellationToken cancellationToken)
    {
        var user = Encoding.UTF8.GetBytes(proxy.UserName!);
        var password = Encoding.UTF8.GetBytes(proxy.Password!);
        if (user.Length is 0 or > 255 || password.Length > 255)
        {
            return "cannot be used: SOCKS 5 takes user names of 1 to 255 and passwords of up to 255 bytes";
        }

        byte[] request = [1, (byte)user.Length, .. user, (byte)password.Length, .. password];
        var answer = new byte[2];
        await SocketExchange.SendAsync(socket, request, cancellationToken);
        return !await SocketExchange.ReceiveAsync(socket, answer, cancellationToken) ? Ended
            : answer[1] != 0 ? "refused: wrong user name or password"
            : null;
    }

    private static async Task<string?> ConnectAsync(Socket socket, DialTarget target, CancellationToken cancellationToken)
    {
        var port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)target.Port);
        byte[] address;
        if (IPAddress.TryParse(target.Host, out var literal))
        {
            address = [(byte)(literal.AddressFamily == AddressFamily.InterNetwork ? 1 : 4), .. literal.GetAddressBytes()];
        }
        else
        {
            var name = Encoding.ASCII.GetBytes(target.Host);
            if (name.Length > 255)
            {
                return "cannot be asked for a name above 255 bytes";
            }

            address = [3, (byte)name.Length, .. name];
        }

        await SocketExchange.SendAsync(socket, (byte[])[Version, 1, 0, .. address, .. port], cancellationToken);

        // Version, reply, reserved, type of the bound address; then the address, which nobody needs, exactly to its end.
        var head = new byte[5];
        if (!await SocketExchange.ReceiveAsync(socket, head, cancellationToken))
        {
            return Ended;
        }

        if (head[1] != 0)
        {
            return "refused: " + Describe(head[1]);
        }

        var rest = head[3] switch { 1 => 3 + 2, 3 => head[4] + 2, 4 => 15 + 2, _ => -1 };
        return rest < 0 ? "answered with an unknown address type"
            : await SocketExchange.ReceiveAsync(socket, new byte[rest], cancellationToken) ? null
            : Ended;
    }

    private static string Describe(byte reply) => reply switch
    {
        1 => "general failure",
        2 => "its rules do not allow the connection",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "TTL expired",
        7 => "it does not support CONNECT",
        8 => "it does not support this kind of address",
        _ => string.Create(CultureInfo.InvariantCulture, $"code {reply}"),
    };
}
