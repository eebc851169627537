using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>
/// A real OpenSSH server on a free loopback port, with host and user keys of its own, that lets the user running the tests in by key.
/// </summary>
public sealed partial class OpenSshServer : IAsyncDisposable
{
    private const int Attempts = 5;
    private const string HostKeyAlias = "origin";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _directory;
    private readonly RunningProgram _daemon;

    private OpenSshServer(TempDirectory directory, RunningProgram daemon, int port)
    {
        _directory = directory;
        _daemon = daemon;
        Port = port;
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>What sshd has logged so far.</summary>
    public string Log => _daemon.Error.Text;

    /// <summary>The private key that is let in.</summary>
    public string UserKeyFile => _directory["user_key"];

    /// <summary>The server's own key, for a client's UserKnownHostsFile.</summary>
    public string KnownHostsFile => _directory["known_hosts"];

    /// <summary>Makes the keys, starts sshd and waits until it listens.</summary>
    public static async Task<OpenSshServer> StartAsync()
    {
        var directory = new TempDirectory();
        try
        {
            await KeyAsync(directory, "host_key");
            await KeyAsync(directory, "user_key");
            File.Copy(directory["user_key.pub"], directory["authorized_keys"]);
            directory.Write("known_hosts", $"{HostKeyAlias} {await File.ReadAllTextAsync(directory["host_key.pub"])}");
            if (Environment.UserName == "root")
            {
                Directory.CreateDirectory("/run/sshd"); // sshd's empty directory for privilege separation
            }

            for (var attempt = 1; ; attempt++)
            {
                // sshd refuses port 0, so a free port is found first; should another program take it meanwhile, sshd ends and we try again.
                var port = FreePort();
                var daemon = RunningProgram.Start("/usr/sbin/sshd", ["-D", "-e", "-f", Configure(directory, port)]);
                try
                {
                    await daemon.WaitForErrorAsync(Listening(), s_limit);
                    return new OpenSshServer(directory, daemon, port);
                }
                catch (InvalidOperationException) when (attempt < Attempts)
                {
                    await daemon.DisposeAsync();
                }
                catch
                {
                    await daemon.DisposeAsync();
                    throw;
                }
            }
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Writes a client configuration that logs in to this server, for <c>ssh -F</c>, <c>scp -F</c> and GIT_SSH_COMMAND.</summary>
    /// <param name="name">The file's name, in this server's directory.</param>
    /// <param name="proxyCommand">How to reach the server, with <c>%h</c> for the host typed; null connects directly.</param>
    /// <returns>The file's path.</returns>
    public string WriteClientConfig(string name, string? proxyCommand) =>
        _directory.Write(name, ClientConfig(proxyCommand, _directory["user_key"], _directory["known_hosts"]));

    /// <summary>The text of a client configuration, with files that its user can read.</summary>
    public string ClientConfig(string? proxyCommand, string userKeyFile, string knownHostsFile)
    {
        var route = proxyCommand is null
            ? string.Create(CultureInfo.InvariantCulture, $"HostName 127.0.0.1\n  Port {Port}")
            : $"ProxyCommand {proxyCommand}";
        return
            $"""
            Host *
              {route}
              User {Environment.UserName}
              IdentityFile {userKeyFile}
              IdentitiesOnly yes
              BatchMode yes
              UserKnownHostsFile {knownHostsFile}
              GlobalKnownHostsFile /dev/null
              HostKeyAlias {HostKeyAlias}
              StrictHostKeyChecking yes
              LogLevel ERROR

            """;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _directory.Dispose();
    }

    private static string Configure(TempDirectory directory, int port) => directory.Write(
        "sshd_config",
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            ListenAddress 127.0.0.1:{port}
            HostKey {directory["host_key"]}
            AuthorizedKeysFile {directory["authorized_keys"]}
            PidFile none
            UsePAM no
            StrictModes no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UseDNS no
            PrintMotd no
            MaxStartups 500
            MaxSessions 100
            LogLevel VERBOSE
            Subsystem sftp internal-sftp

            """));

    private static async Task KeyAsync(TempDirectory directory, string name) =>
        (await RunningProgram.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", directory[name]])).MustSucceed();

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    [GeneratedRegex("Server listening on 127\\.0\\.0\\.1 port")]
    private static partial Regex Listening();
}
