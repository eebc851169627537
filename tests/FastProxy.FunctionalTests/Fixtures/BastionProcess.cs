using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>
/// <c>fastproxy bastion</c> from the published binary with one unix socket, in front of a gateway. Its directory may be entered by every
/// user, and holds a copy of the binary that every user may run.
/// </summary>
public sealed partial class BastionProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _directory;
    private readonly GatewayProcess _gateway;
    private readonly Dictionary<string, ServiceToken> _tokens;
    private readonly string? _portTo;

    private BastionProcess(TempDirectory directory, GatewayProcess gateway, Dictionary<string, ServiceToken> tokens, string settings, string? portTo)
    {
        Settings = settings;
        _portTo = portTo;
        _directory = directory;
        _gateway = gateway;
        _tokens = tokens;
    }

    /// <summary>The running program.</summary>
    public RunningProgram Program { get; private set; } = null!;

    /// <summary>The bastion's socket.</summary>
    public string Socket => _directory["bastion.sock"];

    /// <summary>The certificate authorities it trusts, from the next start or reload on; null for the gateway's own.</summary>
    public string? CaFile { get; set; }

    /// <summary>More top-level keys, as YAML, from the next reload on.</summary>
    public string Settings { get; set; }

    /// <summary>The port of the TCP listener on 127.0.0.1; 0 where there is none.</summary>
    public int Port { get; private set; }

    /// <summary>The copy of the binary.</summary>
    public string Binary => _directory["fastproxy"];

    /// <summary>Where it serves its metrics, without a path.</summary>
    public string MetricsUrl { get; private set; } = "";

    /// <summary>Everything the bastion has logged.</summary>
    public string Log => Program.Error.Text;

    /// <summary>The ProxyCommand for <c>ProxyUseFdpass yes</c>.</summary>
    public string ProxyCommand => $"{Binary} connect --fdpass --agent {Socket} %h\n  ProxyUseFdpass yes";

    /// <summary>Writes bastion.yaml, starts the bastion and waits until it listens.</summary>
    /// <param name="gateway">The gateway of all applications.</param>
    /// <param name="tokens">The tokens, by the names that rules use.</param>
    /// <param name="rules">The rules, one YAML flow map each.</param>
    /// <param name="settings">More top-level keys, as YAML, such as <c>keepalive: 2s</c>.</param>
    /// <param name="portTo">The application of a TCP listener, with the first token; null for none.</param>
    /// <param name="through">A program, with its arguments, that starts the bastion; none starts it directly.</param>
    public static async Task<BastionProcess> StartAsync(
        GatewayProcess gateway, Dictionary<string, ServiceToken> tokens, IEnumerable<string> rules, string settings = "", string? portTo = null, params string[] through)
    {
        var directory = new TempDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0x1ED); // 0755
        File.Copy(PublishedBinary.Path, directory["fastproxy"]);
        File.SetUnixFileMode(directory["fastproxy"], (UnixFileMode)0x1ED);
        var bastion = new BastionProcess(directory, gateway, tokens, settings, portTo);
        try
        {
            bastion.Write(rules);
            string[] command = [.. through, bastion.Binary, "bastion", "--config", directory["bastion.yaml"]];
            bastion.Program = RunningProgram.Start(command[0], command[1..], directory: directory.Path);
            var listening = await bastion.Program.WaitForErrorAsync(Listening(), s_limit);
            bastion.Port = portTo is null ? 0 : int.Parse(listening.Groups["port"].Value, CultureInfo.InvariantCulture);
            bastion.MetricsUrl = (await bastion.Program.WaitForErrorAsync(ServingMetrics(), s_limit)).Groups["url"].Value;
            return bastion;
        }
        catch
        {
            await bastion.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes other rules and waits until the bastion has taken them.</summary>
    public async Task ReloadAsync(params string[] rules)
    {
        var before = Reloaded().Count(Log);
        Write(rules);
        Program.Send(PosixSignalNumber.Hangup);
        await Program.WaitForErrorAsync(new Regex(string.Create(CultureInfo.InvariantCulture, $"(event=BastionReloaded[^\n]*\n[\\s\\S]*){{{before + 1}}}")), s_limit);
    }

    /// <summary>Connects to the socket, asks for an application, and reads the head of the answer.</summary>
    /// <param name="host">The application.</param>
    /// <param name="headers">Lines of the request's head, each with its CR LF.</param>
    public async Task<(Socket Socket, string Head)> AskAsync(string host, string headers = "")
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
        await socket.SendAsync(Encoding.ASCII.GetBytes($"CONNECT {host}:22 HTTP/1.1\r\n{headers}\r\n"));
        var head = new StringBuilder();
        for (var one = new byte[1]; !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one).WaitAsync(s_limit) == 1;)
        {
            head.Append((char)one[0]);
        }

        return (socket, head.ToString());
    }

    /// <summary>Writes another secret into the file of a token, without saying so.</summary>
    public void WriteSecret(string token, string secret) => _directory.Write(token + ".secret", secret);

    /// <summary>Replaces the configuration by a text, without saying so.</summary>
    public void WriteRaw(string text) => _directory.Write("bastion.yaml", text);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Program is not null)
        {
            await Program.DisposeAsync();
        }

        _directory.Dispose();
    }

    /// <summary>Writes the configuration with other rules, without saying so.</summary>
    public void Write(IEnumerable<string> rules)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"gateway: {_gateway.Url}");
        text.AppendLine(Settings);
        text.AppendLine(CultureInfo.InvariantCulture, $"ca_file: {CaFile ?? _gateway.Certificates.AuthorityFile}");
        text.AppendLine("metrics: { address: 127.0.0.1:0 }");
        text.AppendLine("listeners:");
        if (_portTo is not null)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  - {{ listen: \"127.0.0.1:0\", hostname: {_portTo}, token: {_tokens.Keys.First()} }}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"  - listen: unix:{Socket}\n    allow:");
        foreach (var rule in rules)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"      - {{ {rule} }}");
        }

        text.AppendLine("tokens:");
        foreach (var (name, token) in _tokens)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {name}: {{ id: {token.Id}, secret_file: {_directory.Write(name + ".secret", token.Secret)} }}");
        }

        _directory.Write("bastion.yaml", text.ToString());
    }

    [GeneratedRegex(@"(listening tcp://127\.0\.0\.1:(?<port>\d+)\s+)?listening unix:")]
    private static partial Regex Listening();

    [GeneratedRegex("^metrics (?<url>http://[0-9.:]+)/metrics$", RegexOptions.Multiline)]
    private static partial Regex ServingMetrics();

    [GeneratedRegex("event=BastionReloaded")]
    private static partial Regex Reloaded();
}
