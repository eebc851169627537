using FastProxy.Cli.Carrying;
using FastProxy.Client;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Configuration;
using FastProxy.Configuration.Yaml;
using FastProxy.Transport.Splicing;

namespace FastProxy.Cli.DropIn;

/// <summary>
/// What <c>cloudflared</c> does without a command: it runs every entry of <c>forwarders</c> of the first <c>config.yml</c> it finds.
/// Other keys of that file belong to tunnels and are passed over.
/// </summary>
internal static class ForwarderConfig
{
    private const string What = "config.yml";
    private static readonly string[] s_names = ["config.yml", "config.yaml"];

    /// <summary>Runs the forwarders until a signal comes.</summary>
    public static async Task<int> RunAsync(Func<string, string?> environment)
    {
        var home = environment("HOME") ?? "/";
        string[] directories =
        [
            Path.Combine(home, ".cloudflared"), Path.Combine(home, ".cloudflare-warp"), Path.Combine(home, "cloudflare-warp"),
            "/etc/cloudflared", "/usr/local/etc/cloudflared",
        ];
        var path = directories.SelectMany(directory => s_names.Select(name => Path.Combine(directory, name))).FirstOrDefault(File.Exists);
        if (path is null)
        {
            return Failed("no command is given, and there is no config.yml with forwarders in " + string.Join(", ", directories));
        }

        var forwards = Read(path, out var logDirectory, out var logLevel, out var error);
        if (forwards is null)
        {
            return Failed(error!);
        }

        using var log = SessionLog.Open(null, logDirectory, logLevel, console: true, out var problem);
        if (problem is not null)
        {
            return Failed(problem);
        }

        var setups = new List<(CarrierSettings, CarrierSetup)>();
        foreach (var settings in forwards)
        {
            if (CarrierSetup.Create(settings, log, out var unusable) is not { } setup)
            {
                return unusable!.Report();
            }

            setups.Add((settings, setup));
        }

        return await CarrierRun.ListenAsync(setups);
    }

    /// <summary>The forwarders of a file; null, with one line that quotes no value, where there are none to run.</summary>
    internal static List<CarrierSettings>? Read(string path, out string? logDirectory, out string? logLevel, out string? error)
    {
        (logDirectory, logLevel) = (null, null);
        var problems = new ConfigurationProblems(path);
        YamlMap? root;
        try
        {
            root = YamlDocument.Parse(File.ReadAllText(path), problems);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error = path + " cannot be read";
            return null;
        }

        if (root is null || problems.HasErrors)
        {
            error = $"{path} is not valid YAML (line {problems.Errors.First().Line})";
            return null;
        }

        (logDirectory, logLevel) = (Text(root, "logDirectory"), Text(root, "logLevel"));
        if (Value(root, "forwarders") is not YamlList { Items.Count: > 0 } list)
        {
            error = $"{path} has no forwarders";
            return null;
        }

        var forwards = new List<CarrierSettings>();
        foreach (var item in list.Items)
        {
            if (item is not YamlMap map || Text(map, "url") is not { } url || Text(map, "listener") is not { } listener)
            {
                error = $"{path}:{item.Line}: a forwarder needs url and listener";
                return null;
            }

            forwards.Add(new CarrierSettings
            {
                Command = What,
                DropIn = true,
                Plain = PlainHttp.Always,
                Hostname = url,
                Listen = listener,
                Destination = Text(map, "destination"),
                Credential = new CredentialOptions
                {
                    ClientId = Text(map, "serviceTokenID"),
                    ClientSecret = Text(map, "serviceTokenSecret") is { } secret ? new Secret(secret) : null,
                },
                KeepAlive = KeepAliveKind.Data,
            });
        }

        error = null;
        return forwards;
    }

    private static YamlNode? Value(YamlMap map, string key) => map.Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;

    private static string? Text(YamlMap map, string key) => Value(map, key) is YamlScalar { IsNull: false, Text.Length: > 0 } scalar ? scalar.Text : null;

    private static int Failed(string why) => new CommandError(ExitCode.Failed, What, why).Report();
}
