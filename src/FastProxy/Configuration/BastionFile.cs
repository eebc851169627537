using System.Globalization;
using System.Net;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>Reads <c>bastion.yaml</c>, by the same rules as <see cref="GatewayFile"/>: every key, strictly, with all mistakes at once.</summary>
internal sealed class BastionFile
{
    private readonly YamlReader _root;
    private readonly ConfigurationProblems _problems;
    private readonly ConfigurationEnvironment _environment;
    private readonly FileReader _files;

    private BastionFile(YamlReader root, ConfigurationProblems problems, ConfigurationEnvironment environment, string directory)
    {
        _root = root;
        _problems = problems;
        _environment = environment;
        _files = new FileReader(directory, problems);
    }

    /// <summary>Reads a file; null, with every error reported, where it must be refused.</summary>
    public static BastionOptions? Read(string path, ConfigurationProblems problems, ConfigurationEnvironment environment) =>
        ConfigurationText.Read(path, problems) is { } text
            ? Parse(text, Path.GetDirectoryName(Path.GetFullPath(path))!, problems, environment)
            : null;

    /// <summary>Reads a file's text; null, with every error reported, where it must be refused.</summary>
    public static BastionOptions? Parse(string text, string directory, ConfigurationProblems problems, ConfigurationEnvironment environment)
    {
        if (YamlDocument.Parse(text, problems) is not { } map)
        {
            return null;
        }

        var options = new BastionFile(new YamlReader(map, "", problems), problems, environment, directory).Options();
        return problems.HasErrors ? null : options;
    }

    private BastionOptions Options()
    {
        if (_root.Scalar("gateway", "a URL") is { } gateway)
        {
            NoEffectYet.Warn(_problems, gateway, "gateway", "every connection dials the host its listener names");
        }

        var caFile = _root.Scalar("ca_file", "a PEM file") is { } given ? _files.Existing(given, "ca_file") : null;
        var sessions = Pool();
        var keepalive = _root.Duration("keepalive", TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(1));
        if (_root.Map("metrics") is { } metrics)
        {
            AddressReader.Required(metrics, "address");
            metrics.Done();
            NoEffectYet.Warn(_problems, metrics.Self, "metrics", "no metrics are served");
        }

        var listeners = Listeners(Tokens());
        _root.Done();
        return new BastionOptions { Listeners = listeners, CaFile = caFile, Keepalive = keepalive, Sessions = sessions };
    }

    private int Pool()
    {
        const int Most = 1000;
        if (_root.Map("pool") is not { } pool)
        {
            return Most;
        }

        pool.Count("min_idle", 2);
        pool.Count("max_idle", 64);
        var most = pool.Count("max", Most);
        pool.Duration("max_age", TimeSpan.FromMinutes(50), TimeSpan.FromSeconds(1));
        pool.Done();
        NoEffectYet.Warn(_problems, pool.Self, "pool", "every connection opens a stream of its own; only max counts");
        return most;
    }

    private Dictionary<string, ClientCredential> Tokens()
    {
        var tokens = new Dictionary<string, ClientCredential>(StringComparer.Ordinal);
        if (_root.Node("tokens") is not YamlMap map)
        {
            _root.Map("tokens");
            return tokens;
        }

        foreach (var (name, value) in map.Entries)
        {
            var path = $"tokens.{name.Text}";
            if (_root.MapAt(value, path) is { } token && Token(token) is { } credential)
            {
                tokens[name.Text] = credential;
            }
        }

        return tokens;
    }

    private ClientCredential? Token(YamlReader map)
    {
        var id = map.Scalar("id", "a client id");
        var idFile = map.Scalar("id_file", "a file");
        var secret = map.Scalar("secret", "a client secret");
        var secretFile = map.Scalar("secret_file", "a file");
        var secretCredential = map.Scalar("secret_credential", "the name of a systemd credential");
        map.Done();
        if ((id is null) == (idFile is null) || new[] { secret, secretFile, secretCredential }.Count(given => given is not null) != 1)
        {
            map.Error(map.Self, map.Path, "expected one of id, id_file and one of secret, secret_file, secret_credential");
            return null;
        }

        if (secret is not null)
        {
            _problems.Warning(secret, $"{map.PathOf("secret")}: a secret in this file is known to whoever may read it: use secret_file");
        }

        if (SecretPath(map, secretFile, secretCredential) is not { } path)
        {
            return null;
        }

        var options = new CredentialOptions
        {
            ClientId = id?.Text,
            IdFile = idFile is null ? null : _files.Resolve(idFile),
            ClientSecret = secret is null ? null : new Secret(secret.Text),
            SecretFile = path.Length == 0 ? null : path,
        };

        // Only what this file names: a token of the bastion must not come out of its environment or its user's home by accident.
        var resolver = new CredentialResolver(_ => null, _ => new CredentialResult(ClientCredential.None, null), warning => _problems.Warning(map.Self, $"{map.Path}: {warning}"));
        var found = resolver.Resolve(options, "");
        if (found.Credential is null)
        {
            map.Error(map.Self, map.Path, found.Error!);
        }

        return found.Credential;
    }

    /// <summary>The file of the secret; empty where it stands in the configuration, null where an error was reported.</summary>
    private string? SecretPath(YamlReader map, YamlScalar? file, YamlScalar? credential)
    {
        if (file is not null)
        {
            return _files.Resolve(file);
        }

        if (credential is null)
        {
            return "";
        }

        if (_environment.Variable("CREDENTIALS_DIRECTORY") is { Length: > 0 } directory)
        {
            return Path.Combine(directory, credential.Text);
        }

        map.Error(credential, map.PathOf("secret_credential"), "there is no $CREDENTIALS_DIRECTORY: systemd sets it for a unit with LoadCredential=");
        return null;
    }

    private List<BastionListener> Listeners(Dictionary<string, ClientCredential> tokens)
    {
        var listeners = new List<BastionListener>();
        foreach (var (item, path) in _root.List("listeners"))
        {
            if (_root.MapAt(item, path, "a map with listen, hostname and token") is { } map && Listener(map, tokens) is { } listener)
            {
                listeners.Add(listener);
            }
        }

        if (listeners.Count == 0 && !_problems.HasErrors)
        {
            _problems.Error(_root.Self, "listeners: missing; expected at least one address");
        }

        return listeners;
    }

    private BastionListener? Listener(YamlReader map, Dictionary<string, ClientCredential> tokens)
    {
        var address = Address(map);
        var hostname = map.Required("hostname", "the host of an application");
        var destination = map.Scalar("destination", "HOST:PORT");
        var credential = Credential(map, tokens);
        var networks = new List<IPNetwork>();
        foreach (var (item, path) in map.List("allow_from"))
        {
            if (AddressReader.Network(map, item, path) is { } network)
            {
                networks.Add(network);
            }
        }

        map.Done();
        if (address is not null && networks.Count == 0 && !IPAddress.IsLoopback(address.Address))
        {
            map.Error(map.Self, map.PathOf("allow_from"), $"missing: whoever can connect to {address} uses the token, so name the networks that may");
        }

        if (hostname is null || address is null || credential is null)
        {
            return null;
        }

        if (!AppUrl.TryParse(hostname.Text, PlainHttp.Loopback, out var app, out var error))
        {
            map.Error(hostname, map.PathOf("hostname"), error);
            return null;
        }

        var userAgent = string.Create(CultureInfo.InvariantCulture, $"fastproxy/{ProductVersion.Number}");
        return new BastionListener
        {
            Address = address,
            AllowFrom = networks,
            Request = new GatewayRequest { App = app, Credential = credential, Destination = destination?.Text, UserAgent = userAgent },
        };
    }

    private static IPEndPoint? Address(YamlReader map)
    {
        if (map.Required("listen", EndPointText.Expected) is not { } scalar)
        {
            return null;
        }

        if (EndPointText.TryParse(scalar.Text, out var address))
        {
            return address;
        }

        if (scalar.Text.StartsWith("unix:", StringComparison.Ordinal))
        {
            map.Error(scalar, map.PathOf("listen"), "unix sockets are not available in this version: listen on 127.0.0.1:PORT");
            return null;
        }

        map.Expected(scalar, map.PathOf("listen"), EndPointText.Expected);
        return null;
    }

    private ClientCredential? Credential(YamlReader map, Dictionary<string, ClientCredential> tokens)
    {
        switch (map.Node("token"))
        {
            case YamlScalar name when tokens.TryGetValue(name.Text, out var credential):
                return credential;
            case YamlScalar name:
                if (!_problems.HasErrors)
                {
                    map.Error(name, map.PathOf("token"), $"tokens: has no '{name.Text}'");
                }

                return null;
            case { } inline:
                return map.MapAt(inline, map.PathOf("token"), "the name of a token, or { id_file: FILE, secret_file: FILE }") is { } token ? Token(token) : null;
            default:
                map.Error(map.Self, map.PathOf("token"), "missing; expected the name of a token, or { id_file: FILE, secret_file: FILE }");
                return null;
        }
    }
}
