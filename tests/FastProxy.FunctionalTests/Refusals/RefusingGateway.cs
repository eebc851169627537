using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Refusals;

/// <summary>A gateway with one application that admits one token, and everything that is refused by it.</summary>
public sealed class RefusingGateway : IAsyncLifetime
{
    private readonly EchoPeer _origin = new();

    // Bound and never listening: whoever connects is refused, and nobody else can take the port.
    private readonly Socket _dead = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>The application's host.</summary>
    public string Host => "app.test.localhost";

    /// <summary>The host of an application whose origin does not listen.</summary>
    public string DeadHost => "dead.test.localhost";

    /// <summary>The gateway.</summary>
    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>Admitted everywhere.</summary>
    public ServiceToken Good { get; private set; } = null!;

    /// <summary>Valid, and admitted nowhere.</summary>
    public ServiceToken Other { get; private set; } = null!;

    /// <summary>Admitted, had it not expired.</summary>
    public ServiceToken Expired { get; private set; } = null!;

    /// <summary>Admitted, were it not disabled.</summary>
    public ServiceToken Disabled { get; private set; } = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        _dead.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Gateway = await GatewayProcess.StartAsync();
        var cli = Gateway.Cli;
        Good = await cli.CreateTokenAsync("good");
        Other = await cli.CreateTokenAsync("other");
        Expired = await cli.CreateTokenAsync("expired", "--duration", "1ms");
        Disabled = await cli.CreateTokenAsync("disabled");
        await cli.RunAsync("token", "disable", "disabled");
        await AddAsync("app", Host, _origin.Port);
        await AddAsync("dead", DeadHost, ((IPEndPoint)_dead.LocalEndPoint!).Port);
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _origin.DisposeAsync();
        _dead.Dispose();
    }

    private async Task AddAsync(string name, string host, int port)
    {
        var origin = string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{port}");
        await Gateway.Cli.RunAsync("app", "create", name, "--domain", host, "--origin", origin);
        string[] include = [.. new[] { "good", "expired", "disabled" }.SelectMany(token => new[] { "--include", $"service-token:{token}" })];
        await Gateway.Cli.RunAsync(["policy", "add", name, "machines", "--action", "service-auth", .. include]);
    }
}
