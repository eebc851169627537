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
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _directory;
    private readonly string[] _through;
    private readonly string[] _arguments;
    private readonly string _host;

    private GatewayProcess(TempDirectory directory, TestCertificates certificates, string host, string[] through, string[] arguments)
    {
        _directory = directory;
        _through = through;
        _arguments = arguments;
        _host = host;
        Certificates = certificates;
        Cli = new FastProxyCli(AdminSocket);
    }

    /// <summary>The running program; another one after <see cref="RestartAsync"/>.</summary>
    public RunningProgram Program { get; private set; } = null!;

    /// <summary>The authority a client must trust, and the gateway's own certificate for <c>*.test.localhost</c>.</summary>
    public TestCertificates Certificates { get; }

    /// <summary>The administration of this gateway.</summary>
    public FastProxyCli Cli { get; }

    /// <summary>The port of the TLS listener.</summary>
    public int Port { get; private set; }

    /// <summary>Its URL, for <c>gateway:</c>.</summary>
    public string Url => $"https://{Address(_host)}";

    /// <summary>Where it serves its metrics, without a path.</summary>
    public string MetricsUrl { get; private set; } = "";

    /// <summary>The data directory.</summary>
    public string DataDirectory => _directory["data"];

    /// <summary>The administrative unix socket.</summary>
    public string AdminSocket => Path.Combine(DataDirectory, "admin.sock");

    /// <summary>Everything the gateway has logged since its last start.</summary>
    public string Log => Program.Output.Text + Program.Error.Text;

    /// <summary>Writes gateway.yaml, starts the gateway and waits until it listens.</summary>
    /// <param name="settings">More top-level keys, as YAML, such as <c>limits: { drain: 1s }</c>.</param>
    /// <param name="arguments">More arguments of <c>fastproxy gateway</c>, such as <c>--log-level debug</c>.</param>
    public static Task<GatewayProcess> StartAsync(string settings = "", params string[] arguments) =>
        StartAsync("127.0.0.1:0", "gateway.test.localhost", [], settings, proxyProtocol: false, arguments);

    /// <summary>Starts it behind a load balancer on this machine, which says in a PROXY protocol header for whom it connects.</summary>
    public static Task<GatewayProcess> StartBehindProxyAsync() =>
        StartAsync("127.0.0.1:0", "gateway.test.localhost", [], "trusted_proxies: [127.0.0.0/8]", proxyProtocol: true, []);

    /// <summary>Starts it in a network of its own, on an address there.</summary>
    /// <param name="address">Its address; every start uses the same port.</param>
    /// <param name="through">The command that runs a program there.</param>
    /// <param name="settings">More top-level keys, as YAML.</param>
    public static Task<GatewayProcess> StartWithinAsync(IPEndPoint address, string[] through, string settings) =>
        StartAsync($"{address}", $"{address.Address}", through, settings, proxyProtocol: false, []);

    /// <summary>Starts a gateway that asks its clients for a certificate of its own authority.</summary>
    /// <param name="settings">More top-level keys, as YAML.</param>
    public static Task<GatewayProcess> StartMutualTlsAsync(string settings) =>
        StartAsync("127.0.0.1:0", "gateway.test.localhost", [], settings, proxyProtocol: false, [], mutualTls: true);

    private static async Task<GatewayProcess> StartAsync(
        string address, string host, string[] through, string settings, bool proxyProtocol, string[] arguments, bool mutualTls = false)
    {
        var directory = new TempDirectory();
        var certificates = TestCertificates.Create(directory, "*.test.localhost", "localhost", "127.0.0.1", address[..address.LastIndexOf(':')]);
        var gateway = new GatewayProcess(directory, certificates, host, through, arguments);
        directory.Sub("data");
        File.SetUnixFileMode(gateway.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        directory.Write(
            "gateway.yaml",
            $$"""
            data_dir: {{gateway.DataDirectory}}
            listen:
              - address: {{address}}
                tls: { certificate: {{gateway.Certificates.CertificateFile}}, key: {{gateway.Certificates.KeyFile}}{{(mutualTls ? $", client_ca: {gateway.Certificates.AuthorityFile}" : "")}} }
                proxy_protocol: {{(proxyProtocol ? "true" : "false")}}
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

    /// <summary>Starts it again on the same data after its program has ended, on another port where the system chooses it.</summary>
    public async Task RestartAsync()
    {
        if (Program is not null)
        {
            await Program.DisposeAsync();
        }

        string[] command = [.. _through, PublishedBinary.Path, "gateway", "--config", _directory["gateway.yaml"], .. _arguments];
        Program = RunningProgram.Start(command[0], command[1..], directory: _directory.Path);
        var line = await Program.WaitForErrorAsync(Listening(), s_limit);
        Port = int.Parse(line.Groups["port"].Value, CultureInfo.InvariantCulture);
        MetricsUrl = (await Program.WaitForErrorAsync(ServingMetrics(), s_limit)).Groups["url"].Value;
    }

    /// <summary>The URL of the API's TCP address.</summary>
    public async Task<string> AdminUrlAsync() => (await Program.WaitForErrorAsync(Served(), s_limit)).Groups["url"].Value;

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
    /// <param name="host">The server's name.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <param name="certificate">What the client shows if it is asked; null for nothing.</param>
    /// <param name="ahead">Bytes of a load balancer, sent ahead of TLS.</param>
    public async Task<SslStream> ConnectTlsAsync(
        string host, CancellationToken cancellationToken, X509Certificate2? certificate = null, ReadOnlyMemory<byte> ahead = default)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), cancellationToken);
        await socket.SendAsync(ahead, cancellationToken);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(Certificates.Authority);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                CertificateChainPolicy = trust,
                ClientCertificates = certificate is null ? null : [certificate],
            },
            cancellationToken);
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

    [GeneratedRegex(@"listening https://[\d.]+:(?<port>\d+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"The API is served on (?<url>https?://[0-9.:]+\d)")]
    private static partial Regex Served();

    [GeneratedRegex("^metrics (?<url>http://[0-9.:]+)/metrics$", RegexOptions.Multiline)]
    private static partial Regex ServingMetrics();
}
