using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Tcp;

/// <summary>An echo origin behind a gateway, and our own client listening in front of it. One for all tests of a class.</summary>
public sealed class EchoPath : IAsyncLifetime
{
    /// <summary>The application's domain.</summary>
    public const string Host = "echo.test.localhost";

    /// <summary>The origin.</summary>
    public EchoPeer Origin { get; } = new();

    /// <summary>The gateway.</summary>
    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>The token that is admitted.</summary>
    public ServiceToken Token { get; private set; } = null!;

    /// <summary>Our client.</summary>
    public AccessListener Client { get; private set; } = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        Gateway = await GatewayProcess.StartAsync();
        Token = await Gateway.AdmitAsync(Host, $"tcp://127.0.0.1:{Origin.Port}");
        Client = await AccessListener.StartAsync(Gateway, Host, Token);
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (Client is not null)
        {
            await Client.DisposeAsync();
        }

        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        await Origin.DisposeAsync();
    }
}
