using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>
/// <c>fastproxy gateway</c> from the published binary, with a data directory and certificates of its own, on ports of the system's
/// choice, ready to serve when <see cref="StartAsync"/> returns.
/// </summary>
public sealed partial class GatewayProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly TempDirectory _directory;
    private readonly string[] _arguments;

    private GatewayProcess(TempDirectory directory, TestCertificates certificates, string[] arguments)
    {
        _directory = directory;
        _arguments = arguments;
        Certificates = certificates;
        Cli = new FastProxyCli(AdminSocket);
    }

    /// <summary>The running program; another one after <see cref="RestartAsync"/>.</summary>
    public RunningProgram Program { get; private set; } = null!;

    /// <summary>The authority a client must trust, and the gateway's own certificate for <c>*.test.localhost</c>.</summary>
    public TestCertificates Certificates { get; }

    /// <summary>The administration of this gateway.</summary>
    public FastProxyCli Cli { get; }

    /// <summary>The port of the TLS listener on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>The data directory.</summary>
    public string DataDirectory => _directory["data"];

    /// <summary>The administrative unix socket.</summary>
    public string AdminSocket => Path.Combine(DataDirectory, "admin.sock");

    /// <summary>Everything the gateway has logged since its last start.</summary>
    public string Log => Program.Output.Text + Program.Error.Text;

    /// <summary>Writes gateway.yaml, starts the gateway and waits until it listens.</summary>
    /// <param name="settings">More top-level keys, as YAML, such as <c>limits: { drain: 1s }</c>.</param>
    /// <param name="arguments">More arguments of <c>fastproxy gateway</c>, such as <c>--log-level debug</c>.</param>
    public static async Task<GatewayProcess> StartAsync(string settings = "", params string[] arguments)
    {
        var directory = new TempDirectory();
        var gateway = new GatewayProcess(directory, TestCertificates.Create(directory), arguments);
        directory.Sub("data");
        File.SetUnixFileMode(gateway.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        directory.Write(
            "gateway.yaml",
            $$"""
            data_dir: {{gateway.DataDirectory}}
            listen:
              - address: 127.0.0.1:0
                tls: { certificate: {{gateway.Certificates.CertificateFile}}, key: {{gateway.Certificates.KeyFile}} }
            admin: { address: 127.0.0.1:0 }
            metrics: { address: 127.0.0.1:0 }
            {{settings}}

            """);
        try
        {
            await gateway.RestartAsync();
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again on the same data after its program has ended, on another port.</summary>
    public async Task RestartAsync()
    {
        if (Program is not null)
        {
            await Program.DisposeAsync();
        }

        Program = PublishedBinary.Start(["gateway", "--config", _directory["gateway.yaml"], .. _arguments], directory: _directory.Path);
        var line = await Program.WaitForErrorAsync(Listening(), s_limit);
        Port = int.Parse(line.Groups["port"].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>HOST:PORT of an application of this gateway, for <c>--hostname</c>; HOST ends in <c>.test.localhost</c>.</summary>
    public string Address(string host) => string.Create(CultureInfo.InvariantCulture, $"{host}:{Port}");

    /// <summary>Creates an application, a service token and a Service Auth policy that admits it.</summary>
    /// <param name="host">The application's domain, ending in <c>.test.localhost</c>.</param>
    /// <param name="origin">As for <c>app create --origin</c>.</param>
    public async Task<ServiceToken> AdmitAsync(string host, string origin)
    {
        var name = host.Replace('.', '-');
        var token = await Cli.CreateTokenAsync(name);
        await Cli.RunAsync("app", "create", name, "--domain", host, "--origin", origin);
        await Cli.RunAsync("policy", "add", name, "machines", "--action", "service-auth", "--include", $"service-token:{name}");
        return token;
    }

    /// <summary>The arguments that make <c>fastproxy access ssh|tcp</c> reach an application here.</summary>
    public IReadOnlyList<string> AccessArguments(string verb, string host, ServiceToken token) =>
    [
        "access", verb, "--hostname", Address(host), "--ca-file", Certificates.AuthorityFile, "--id", token.Id, "--secret", token.Secret,
    ];

    /// <summary>A ProxyCommand for ssh to an application here.</summary>
    public string ProxyCommand(string host, ServiceToken token) =>
        $"{PublishedBinary.Path} {string.Join(' ', AccessArguments("ssh", host, token))}";

    /// <summary>Opens a TLS connection to the gateway as a stock client does: SNI, no ALPN, the test's authority trusted.</summary>
    public async Task<SslStream> ConnectTlsAsync(string host, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), cancellationToken);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(Certificates.Authority);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = trust }, cancellationToken);
        return tls;
    }

    /// <summary>Asks it to stop and waits for its end.</summary>
    public async Task<ProgramResult> StopAsync()
    {
        Program.Send(PosixSignalNumber.Terminate);
        return await Program.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Program is not null)
        {
            await Program.DisposeAsync();
        }

        Certificates.Dispose();
        _directory.Dispose();
    }

    [GeneratedRegex(@"listening https://127\.0\.0\.1:(?<port>\d+)")]
    private static partial Regex Listening();
}
