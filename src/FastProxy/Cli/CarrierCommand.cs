using System.CommandLine;
using FastProxy.Access;
using FastProxy.Cli.Carrying;
using FastProxy.Client;
using FastProxy.Client.Credentials;
using FastProxy.Transport.Splicing;

namespace FastProxy.Cli;

/// <summary><c>fastproxy access tcp|ssh|rdp|smb</c>: one command under four names.</summary>
internal static class CarrierCommand
{
    /// <summary>How <c>connect</c> says that this is what it does in the place of a bastion, and why.</summary>
    public const string WithoutBastion = "--without-bastion";

    public static Command Create(string name)
    {
        // Without a value it is not a parse error, so that "--hostname --id X" gets the message that says what happened.
        var hostname = Text("HOST[:PORT][/PATH]", "The application to reach (TUNNEL_SERVICE_HOSTNAME).", "--hostname", "--tunnel-host", "-T");
        hostname.Arity = ArgumentArity.ZeroOrOne;
        var destination = Text("HOST:PORT", "Target behind a bastion application (TUNNEL_SERVICE_DESTINATION).", "--destination");
        var url = Text("ADDR:PORT", "Listen here instead of using standard input and output (TUNNEL_SERVICE_URL).", "--url", "--listener", "-L");
        var header = new Option<string[]>("--header", "-H") { Description = "Extra request header; repeatable.", HelpName = "NAME: VALUE" };
        var id = Text("ID", "Service token id (TUNNEL_SERVICE_TOKEN_ID).", "--service-token-id", "--id");
        var secret = Text("SECRET", "Service token secret (TUNNEL_SERVICE_TOKEN_SECRET); a file is safer.", "--service-token-secret", "--secret");
        var idFile = Text("FILE", "File with the service token id.", "--id-file");
        var secretFile = Text("FILE", "File with the service token secret.", "--secret-file");
        var secretFd = WholeNumber.Of(new Option<int?>("--secret-fd") { Description = "Descriptor with the secret, or with id and secret on two lines.", HelpName = "N" });
        var tokenFile = Text("FILE", "File with an application token (JWT).", "--token-file");
        var connectTo = Text("HOST[:PORT]|SNI:PORT:HOST", "Connect there instead; the Host header stays the hostname, and the certificate must be for HOST, or for SNI.", "--connect-to");
        var caFile = Text("FILE", "Trust these certificate authorities (PEM) instead of the system's.", "--ca-file");
        var timeout = Text("10s", "Time for name, TCP, TLS and the gateway's answer.", "--connect-timeout");
        var stock = new Option<bool>("--stock") { Description = "Do not offer fastproxy.v1, for servers that refuse unknown subprotocols." };
        var keepAlive = Text("data|pong|off", "How a stock server is kept alive.", "--keepalive");
        var logFile = Text("FILE", "Append JSON log lines to this file.", "--logfile");
        var logDirectory = Text("DIR", "Keep a rolling log in this directory.", "--log-directory");
        var logLevel = Text("LEVEL", "debug, info, warn, error or fatal.", "--log-level", "--loglevel");
        var withoutBastion = new Option<string?>(WithoutBastion) { Description = "Which bastion was not there.", HelpName = "WHY", Hidden = true };
        var listen = new Argument<string?>("listener") { Description = "The same as --url.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(name, "Carry one TCP session on standard input and output, or many from a local listener.")
        {
            hostname, destination, url, header, id, secret, idFile, secretFile, secretFd, tokenFile, connectTo, caFile, timeout,
            stock, keepAlive, logFile, logDirectory, logLevel, withoutBastion, listen,
        };
        command.SetAction((result, _) =>
        {
            var path = "access " + name;
            if (result.GetValue(url) is not null && result.GetValue(listen) is not null)
            {
                return Task.FromResult(Usage(path, "a listener is given twice: --url and an argument"));
            }

            if (!GoDuration.TryParse(result.GetValue(timeout) ?? "10s", out var connectTimeout) || connectTimeout <= TimeSpan.Zero || connectTimeout > TimeSpan.FromHours(1))
            {
                return Task.FromResult(Usage(path, "--connect-timeout is a duration above 0, such as 10s"));
            }

            if (!TryParseKeepAlive(result.GetValue(keepAlive), out var kind))
            {
                return Task.FromResult(Usage(path, "--keepalive is data, pong or off"));
            }

            if (result.GetValue(logLevel) is { } level && !SessionLog.IsLevel(level))
            {
                return Task.FromResult(Usage(path, "--log-level is debug, info, warn, error or fatal"));
            }

            // A flag without a value is a mistake and must not be made good by the environment.
            var host = result.GetResult(hostname) is null ? Variable("TUNNEL_SERVICE_HOSTNAME") : result.GetValue(hostname);
            return CarrierRun.RunAsync(new CarrierSettings
            {
                Command = path,
                Hostname = host,
                Destination = result.GetValue(destination) ?? Variable("TUNNEL_SERVICE_DESTINATION"),
                Listen = result.GetValue(url) ?? result.GetValue(listen) ?? Variable("TUNNEL_SERVICE_URL"),
                Headers = result.GetValue(header) ?? [],
                Credential = new CredentialOptions
                {
                    ClientId = result.GetValue(id),
                    ClientSecret = result.GetValue(secret) is { } value ? new Secret(value) : null,
                    IdFile = result.GetValue(idFile),
                    SecretFile = result.GetValue(secretFile),
                    SecretDescriptor = result.GetValue(secretFd),
                    TokenFile = result.GetValue(tokenFile),
                },
                ConnectTo = result.GetValue(connectTo),
                CaFile = result.GetValue(caFile),
                ConnectTimeout = connectTimeout,
                Stock = result.GetValue(stock),
                KeepAlive = kind,
                WithoutBastion = result.GetValue(withoutBastion),
                LogFile = result.GetValue(logFile),
                LogDirectory = result.GetValue(logDirectory),
                LogLevel = result.GetValue(logLevel),
            });
        });
        return command;
    }

    /// <summary><c>data</c>, <c>pong</c> or <c>off</c>; null is <c>data</c>.</summary>
    public static bool TryParseKeepAlive(string? text, out KeepAliveKind kind)
    {
        kind = text switch { "pong" => KeepAliveKind.Pong, "off" => KeepAliveKind.Off, _ => KeepAliveKind.Data };
        return text is null or "data" or "pong" or "off";
    }

    private static Option<string?> Text(string value, string description, string name, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value };

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static int Usage(string command, string why) => new CommandError(ExitCode.Usage, command, why).Report();
}
