using System.Net.Sockets;
using System.Text;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;
using FastProxy.Transport.Dialing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Client.Bastion;

/// <summary>A bastion with one unix listener, in front of a gateway in this process; its client is the user that runs the tests.</summary>
internal sealed class UserBastion : IAsyncDisposable
{
    /// <summary>Connections at once.</summary>
    public const int Sessions = 1000;

    private readonly SocketPath _path = new();
    private readonly GatewayFixture _gateway;
    private IssuedServiceToken _token = null!;

    private UserBastion(GatewayFixture gateway) => _gateway = gateway;

    public BastionServer Server { get; private set; } = null!;

    public string Path => _path.Value;

    public static uint Me { get; } = uint.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Starts both; the applications all lead to the origin. The clocks of both stand still: no head is late, and nobody is given up.</summary>
    public static async Task<UserBastion> StartAsync(string origin, string[] applications, Func<UserBastion, IReadOnlyList<BastionRule>> rules, ILoggerFactory? loggers = null, TimeProvider? timeProvider = null)
    {
        var bastion = new UserBastion(await GatewayFixture.StartAsync());
        bastion._token = await bastion._gateway.AddTokenAsync();
        foreach (var application in applications)
        {
            await bastion._gateway.AddApplicationAsync(application, origin, PolicyAction.ServiceAuth, new ServiceTokenRule(bastion._token.Token.Id));
        }

        bastion.Server = new BastionServer(bastion.Options(rules(bastion)), TrustRoots.System, ProxySettings.None, loggers ?? NullLoggerFactory.Instance, timeProvider ?? new ManualTime());
        await bastion.Server.StartAsync(CancellationToken.None);
        return bastion;
    }

    public BastionOptions Options(IReadOnlyList<BastionRule> rules)
    {
        Assert.True(AppUrl.TryParse($"http://{_gateway.Address}", PlainHttp.Loopback, out var gateway, out _));
        return new BastionOptions { Listeners = [new UnixListener { Path = Path, Rules = rules, Gateway = gateway }], Sessions = Sessions };
    }

    public Task ReloadAsync(params BastionRule[] rules) => Server.ReloadAsync(Options(rules), TrustRoots.System, CancellationToken.None);

    public BastionRule Rule(uint user, int? sessions = null, string token = "ci", params string[] hostnames) => new()
    {
        UserId = user,
        Hostnames = [.. hostnames.Select(hostname =>
        {
            Assert.True(HostnamePattern.TryParse(hostname, out var pattern, out var error), error);
            return pattern;
        })],
        TokenName = token,
        Credential = new ClientCredential(new ServiceCredential(_token.Token.ClientId, new Secret(_token.Secret.Reveal())), null),
        Sessions = sessions,
        UserAgent = "fastproxy/test",
    };

    /// <summary>Sends bytes and reads the head of the answer.</summary>
    public async Task<(Socket Socket, string Head)> AskAsync(string request, string behind = "")
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path));
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(request + behind));
        }
        catch (SocketException)
        {
            // Refused before it was read: the answer is there all the same.
        }

        return (socket, await HeadAsync(socket));
    }

    /// <summary>Connects and sends the beginning of a request.</summary>
    public async Task<Socket> BeginAsync(string beginning)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path));
        await socket.SendAsync(Encoding.ASCII.GetBytes(beginning));
        return socket;
    }

    /// <summary>Reads the head of an answer.</summary>
    public static async Task<string> HeadAsync(Socket socket)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one).WaitAsync(TimeSpan.FromSeconds(60)) == 1)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    public Task<(Socket Socket, string Head)> ConnectAsync(string host, string behind = "") => AskAsync($"CONNECT {host}:22 HTTP/1.1\r\n\r\n", behind);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await Server.StopAsync(now.Token);
        await Server.DisposeAsync();
        await _gateway.DisposeAsync();
        _path.Dispose();
    }
}
