using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>A real OpenSSH server as two applications of one gateway, each admitted to a token of its own. One for all tests of a class.</summary>
public sealed class BastionPath : IAsyncLifetime
{
    /// <summary>An application that <see cref="Tokens"/> <c>one</c> may reach.</summary>
    public const string Host = "one.test.localhost";

    /// <summary>An application that <see cref="Tokens"/> <c>two</c> may reach.</summary>
    public const string OtherHost = "two.test.localhost";

    /// <summary>The origin.</summary>
    public OpenSshServer Server { get; private set; } = null!;

    /// <summary>The gateway.</summary>
    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>The tokens.</summary>
    public Dictionary<string, ServiceToken> Tokens { get; } = [];

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        Server = await OpenSshServer.StartAsync();
        Gateway = await GatewayProcess.StartAsync();
        Tokens["one"] = await Gateway.AdmitAsync(Host, $"ssh://127.0.0.1:{Server.Port}");
        Tokens["two"] = await Gateway.AdmitAsync(OtherHost, $"ssh://127.0.0.1:{Server.Port}");
    }

    /// <summary>Starts a bastion with the given rules.</summary>
    public Task<BastionProcess> StartBastionAsync(params string[] rules) => BastionProcess.StartAsync(Gateway, Tokens, rules);

    /// <summary>Gives a user what its ssh needs, and returns the path of its configuration.</summary>
    public async Task<string> EquipAsync(LocalUser user, string proxyCommand) => await user.WriteAsync(
        "ssh_config",
        Server.ClientConfig(
            proxyCommand,
            await user.WriteAsync("key", await File.ReadAllTextAsync(Server.UserKeyFile)),
            await user.WriteAsync("known_hosts", await File.ReadAllTextAsync(Server.KnownHostsFile))));

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }
}
