using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>A gateway and a bastion with both kinds of listener, which lead to one application whose origin each test chooses. One for all tests of a class.</summary>
public sealed class RoutePath : IAsyncLifetime
{
    private const string Host = "shape.test.localhost";

    private GatewayProcess? _gateway;

    /// <summary>The bastion.</summary>
    public BastionProcess Bastion { get; private set; } = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        _gateway = await GatewayProcess.StartAsync();
        var token = await _gateway.AdmitAsync(Host, "tcp://127.0.0.1:1");
        Bastion = await BastionProcess.StartAsync(_gateway, new() { ["one"] = token }, [$"uid: 0, hostnames: [{Host}], token: one"], portTo: Host);
    }

    /// <summary>Makes a peer the application's origin.</summary>
    public Task LeadToAsync(TcpPeer origin) => _gateway!.Cli.RunAsync(
        "app", "update", Host, "--origin", string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{origin.Port}"));

    /// <summary>A session by a route.</summary>
    public async Task<Socket> ConnectAsync(BastionRoute route, CancellationToken cancellationToken)
    {
        switch (route)
        {
            case BastionRoute.Port:
                var port = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await port.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Bastion.Port), cancellationToken);
                return port;

            case BastionRoute.Socket:
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Bastion.Socket), cancellationToken);
                await socket.SendAllAsync(Encoding.ASCII.GetBytes($"CONNECT {Host}:22 HTTP/1.1\r\n\r\n"), cancellationToken);
                Assert.StartsWith("HTTP/1.1 200 ", await ReadHeadAsync(socket, cancellationToken), StringComparison.Ordinal);
                return socket;

            default:
                return await PassedSocket.ReceiveAsync(Bastion.Binary, "connect", "--fdpass", "--agent", Bastion.Socket, Host);
        }
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (Bastion is not null)
        {
            await Bastion.DisposeAsync();
        }

        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }
    }

    private static async Task<string> ReadHeadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one, cancellationToken) == 1)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
