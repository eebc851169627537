using FastProxy.Access;
using FastProxy.Cli.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;

namespace FastProxy.Cli.DropIn;

/// <summary>The flags of <c>cloudflared access tcp|ssh|rdp|smb</c>, and our own beside them.</summary>
internal static class DropInFlags
{
    public static readonly GoFlag[] Carrier =
    [
        new("hostname", true, "tunnel-host", "T"),
        new("destination", true),
        new("url", true, "listener", "L"),
        new("header", true, "H"),
        new("service-token-id", true, "id"),
        new("service-token-secret", true, "secret"),
        new("logfile", true),
        new("log-directory", true),
        new("log-level", true, "loglevel"),
        new("connect-to", true),
        new("debug-stream", true),
        new("help", false, "h"),
        new("id-file", true),
        new("secret-file", true),
        new("secret-fd", true),
        new("token-file", true),
        new("ca-file", true),
        new("connect-timeout", true),
        new("stock", false),
        new("keepalive", true),
    ];

    /// <summary>The settings of a parsed command line; null, with the reason, where they contradict themselves.</summary>
    public static CarrierSettings? ToSettings(GoFlagParser flags, string command, Func<string, string?> environment, out string? error)
    {
        string? Given(string flag, string variable) => flags.Value(flag) ?? (environment(variable) is { Length: > 0 } value ? value : null);

        var url = Given("url", "TUNNEL_SERVICE_URL");
        var argument = flags.Rest.Count > 0 ? flags.Rest[0] : null;
        var timeout = TimeSpan.FromSeconds(10);
        int? descriptor = null;
        error = url is not null && argument is not null ? "a listener is given twice: --url and an argument"
            : flags.Value("connect-timeout") is { } text && (!GoDuration.TryParse(text, out timeout) || timeout <= TimeSpan.Zero) ? "--connect-timeout is a duration above 0, such as 10s"
            : flags.Value("secret-fd") is { } number && !TryParseDescriptor(number, out descriptor) ? "--secret-fd is the number of a descriptor"
            : !CarrierCommand.TryParseKeepAlive(flags.Value("keepalive"), out var keepAlive) ? "--keepalive is data, pong or off"
            : null;
        if (error is not null)
        {
            return null;
        }

        CarrierCommand.TryParseKeepAlive(flags.Value("keepalive"), out keepAlive);
        return new CarrierSettings
        {
            Command = command,
            DropIn = true,
            Plain = PlainHttp.Never,
            Hostname = Given("hostname", "TUNNEL_SERVICE_HOSTNAME"),
            Destination = Given("destination", "TUNNEL_SERVICE_DESTINATION"),
            Listen = url ?? argument,
            Headers = flags.Values("header"),
            Credential = new CredentialOptions
            {
                ClientId = flags.Value("service-token-id"),
                ClientSecret = flags.Value("service-token-secret") is { } secret ? new Secret(secret) : null,
                IdFile = flags.Value("id-file"),
                SecretFile = flags.Value("secret-file"),
                SecretDescriptor = descriptor,
                TokenFile = flags.Value("token-file"),
            },
            ConnectTo = flags.Value("connect-to"),
            CaFile = flags.Value("ca-file"),
            ConnectTimeout = timeout,
            Stock = flags.IsSet("stock"),
            KeepAlive = keepAlive,
            LogFile = flags.Value("logfile"),
            LogDirectory = flags.Value("log-directory"),
            LogLevel = flags.Value("log-level"),
        };
    }

    private static bool TryParseDescriptor(string text, out int? descriptor)
    {
        var valid = int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number);
        descriptor = number;
        return valid;
    }
}
