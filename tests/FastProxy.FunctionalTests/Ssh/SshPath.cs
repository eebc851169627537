using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Ssh;

/// <summary>
/// The main job, set up: a real OpenSSH server, a gateway in front of it, an application with one admitted service token, and an ssh
/// configuration whose ProxyCommand is <c>fastproxy access ssh</c>. One for all tests of a class.
/// </summary>
public sealed class SshPath : IAsyncLifetime
{
    /// <summary>The application's domain.</summary>
    public const string Host = "ssh.test.localhost";

    /// <summary>The origin.</summary>
    public OpenSshServer Server { get; private set; } = null!;

    /// <summary>The gateway.</summary>
    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>The token that is admitted.</summary>
    public ServiceToken Token { get; private set; } = null!;

    /// <summary>The ssh configuration's path.</summary>
    public string Config { get; private set; } = null!;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        Server = await OpenSshServer.StartAsync();
        Gateway = await GatewayProcess.StartAsync();
        Token = await Gateway.AdmitAsync(Host, $"ssh://127.0.0.1:{Server.Port}");
        Config = Server.WriteClientConfig("through", Gateway.ProxyCommand(Host, Token));
    }

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

    /// <summary>Runs ssh through the gateway.</summary>
    public Task<ProgramResult> SshAsync(string command, byte[]? input = null, TimeSpan? timeout = null) =>
        RunningProgram.RunAsync("ssh", ["-F", Config, Host, command], input, timeout: timeout);

    /// <summary>The environment that makes git and rsync use this path.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Environment =>
    [
        new("GIT_SSH_COMMAND", $"ssh -F {Config}"),
        new("RSYNC_RSH", $"ssh -F {Config}"),
        new("GIT_CONFIG_NOSYSTEM", "1"),
        new("GIT_AUTHOR_NAME", "Test"),
        new("GIT_AUTHOR_EMAIL", "test@example.com"),
        new("GIT_COMMITTER_NAME", "Test"),
        new("GIT_COMMITTER_EMAIL", "test@example.com"),
    ];
}
