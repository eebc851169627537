using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary><c>fastproxy access tcp --url 127.0.0.1:0</c> to an application of a gateway: every local connection is a session.</summary>
public sealed partial class AccessListener : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private AccessListener(RunningProgram program, int port)
    {
        Program = program;
        Port = port;
    }

    /// <summary>The running client.</summary>
    public RunningProgram Program { get; }

    /// <summary>The local port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts the client, with the credential in its environment, and waits until it listens.</summary>
    /// <param name="gateway">The gateway it goes through.</param>
    /// <param name="host">The application's domain.</param>
    /// <param name="token">Its credential.</param>
    /// <param name="options">More arguments, such as <c>--stock</c>.</param>
    public static async Task<AccessListener> StartAsync(GatewayProcess gateway, string host, ServiceToken token, params string[] options)
    {
        string[] arguments = ["access", "tcp", "--hostname", gateway.Address(host), "--ca-file", gateway.Certificates.AuthorityFile, "--url", "127.0.0.1:0", .. options];
        return await FromAsync(PublishedBinary.Start(arguments, Environment(token)));
    }

    /// <summary>Waits until a client that was started with <c>--url 127.0.0.1:0</c> listens.</summary>
    public static async Task<AccessListener> FromAsync(RunningProgram program)
    {
        try
        {
            var line = await program.WaitForErrorAsync(Listening(), s_limit);
            return new AccessListener(program, int.Parse(line.Groups["port"].Value, CultureInfo.InvariantCulture));
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>The variables that carry a credential.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Environment(ServiceToken token) =>
        [new("TUNNEL_SERVICE_TOKEN_ID", token.Id), new("TUNNEL_SERVICE_TOKEN_SECRET", token.Secret)];

    /// <summary>A new local connection.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } bytes)
        {
            socket.ReceiveBufferSize = bytes;
        }

        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), cancellationToken);
        return socket;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Program.DisposeAsync();

    [GeneratedRegex(@"Start Websocket listener host=127\.0\.0\.1:(?<port>\d+)")]
    private static partial Regex Listening();
}
