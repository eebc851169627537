using System.Buffers;
using FastProxy.Configuration.Yaml;
using FastProxy.Gateway;
using FastProxy.Transport.Dialing;

namespace FastProxy.Configuration;

/// <summary>
/// Reads <c>gateway.yaml</c>: every key of it, from the first day. Keys that have no effect yet are read and checked like the
/// others, and earn a warning; <see cref="NoEffectYet"/> is the list of them.
/// </summary>
internal sealed class GatewayFile
{
    // RFC 9110 5.6.2, token.
    private static readonly SearchValues<char> s_headerName =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private readonly YamlReader _root;
    private readonly ConfigurationProblems _problems;
    private readonly ConfigurationEnvironment _environment;
    private readonly string _directory;

    private GatewayFile(YamlReader root, ConfigurationProblems problems, ConfigurationEnvironment environment, string directory)
    {
        _root = root;
        _problems = problems;
        _environment = environment;
        _directory = directory;
    }

    /// <summary>Reads a file; null, with every error reported, where it must be refused.</summary>
    /// <param name="path">The file as its user named it; paths in it are relative to its directory.</param>
    /// <param name="problems">Takes errors and warnings.</param>
    /// <param name="environment">What defaults depend on.</param>
    public static GatewayOptions? Read(string path, ConfigurationProblems problems, ConfigurationEnvironment environment) =>
        ConfigurationText.Read(path, problems) is { } text
            ? Parse(text, Path.GetDirectoryName(Path.GetFullPath(path))!, problems, environment)
            : null;

    /// <summary>Reads a file's text; null, with every error reported, where it must be refused.</summary>
    public static GatewayOptions? Parse(string text, string directory, ConfigurationProblems problems, ConfigurationEnvironment environment)
    {
        if (YamlDocument.Parse(text, problems) is not { } map)
        {
            return null;
        }
        var options = new GatewayFile(new YamlReader(map, "", problems), problems, environment, directory).Options();
        return problems.HasErrors ? null : options;
    }

    // The order of the keys is the order of the documentation, which is the order in which an error lists them.
    private GatewayOptions Options()
    {
        var files = new FileReader(_directory, _problems);
        var dataDirectory = _root.Scalar("data_dir", "a directory") is { } given
            ? files.Resolve(given)
            : DataDirectory.Default(_environment.Variable);
        var store = Store();
        var bound = new BoundAddresses();
        var listen = new ListenReader(files, bound, _problems);
        var listeners = listen.Read(_root);
        var networks = AddressReader.Networks(_root, "trusted_proxies");
        listen.Check(networks.Count > 0);
        var options = new GatewayOptions
        {
            DataDirectory = dataDirectory,
            Store = store,
            Listeners = listeners,
            TrustedProxies = networks,
            AuthDomain = AuthDomain(),
            Admin = listen.Admin(_root),
            Metrics = MetricsReader.Read(_root, bound),
            Geo = Geo(files, networks.Count > 0),
            Keepalive = _root.Duration("keepalive", TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(1), TcpSocketSettings.LongestKeepAlive),
            Limits = new LimitReader(_problems).Read(_root, _environment.OpenFileLimit),
        };
        _root.Done();
        return options;
    }

    private StoreOptions Store()
    {
        const string Wanted = "sqlite or postgres://user@host/database";
        if (_root.Scalar("store", Wanted) is not { } scalar || scalar.Text == "sqlite")
        {
            return StoreOptions.Sqlite;
        }
        if (Uri.TryCreate(scalar.Text, UriKind.Absolute, out var uri)
            && uri.Scheme is "postgres" or "postgresql"
            && uri is { Host.Length: > 0, AbsolutePath.Length: > 1 })
        {
            NoEffectYet.Warn(_problems, scalar, "store", "the gateway keeps its own SQLite store");
            return new StoreOptions { Postgres = uri };
        }
        // Not repeated: it may hold a password.
        _root.Error(scalar, "store", $"expected {Wanted}");
        return StoreOptions.Sqlite;
    }

    private Uri? AuthDomain()
    {
        const string Wanted = "an https origin such as https://access.example.com";
        if (_root.Scalar("auth_domain", Wanted) is not { } scalar)
        {
            return null;
        }
        if (Uri.TryCreate(scalar.Text, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            && uri is { UserInfo: "", PathAndQuery: "/", Fragment: "" })
        {
            NoEffectYet.Warn(_problems, scalar, "auth_domain", "no application tokens are issued");
            return uri;
        }
        _root.Expected(scalar, "auth_domain", Wanted);
        return null;
    }

    private GeoOptions? Geo(FileReader files, bool trustsProxies)
    {
        if (_root.Map("geo") is not { } map)
        {
            return null;
        }
        var header = map.Scalar("header", "the name of a header");
        var database = map.Scalar("database", "a file");
        map.Done();
        if ((header is null) == (database is null))
        {
            map.Error(map.Self, map.Path, "expected either header or database");
            return null;
        }
        if (header is not null && header.Text.AsSpan().ContainsAnyExcept(s_headerName))
        {
            map.Expected(header, map.PathOf("header"), "the name of a header");
        }
        if (database is not null)
        {
            return new GeoOptions { Database = files.Existing(database, map.PathOf("database")) };
        }
        if (!trustsProxies)
        {
            _problems.Warning(map.Self, $"{map.Path}: the header is taken from trusted_proxies only, and that is empty: no country is ever known");
        }
        return new GeoOptions { Header = header!.Text };
    }
}
