using System.Globalization;
using System.Net;
using System.Text;
using FastProxy.Client.Bastion;
using FastProxy.Client.Connecting;
using FastProxy.Client.Pooling;
using FastProxy.Configuration.Yaml;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Listening;

namespace FastProxy.Configuration;

/// <summary>Reads <c>bastion.yaml</c>, by the same rules as <see cref="GatewayFile"/>: every key, strictly, with all mistakes at once.</summary>
internal sealed class BastionFile
{
    private const string UnixPrefix = "unix:";

    /// <summary>Connections at once: those beyond the streams wait for one, and are told so when they wait in vain.</summary>
    private const int MostSessions = 10_000;

    /// <summary>Descriptors that are kept for what is neither a client nor a stream: libraries, listeners, pipes, files.</summary>
    private const int ReservedDescriptors = 200;

    private readonly YamlReader _root;
    private readonly ConfigurationProblems _problems;
    private readonly ConfigurationEnvironment _environment;
    private readonly FileReader _files;
    private readonly BoundAddresses _bound = new();
    private AppUrl? _gateway;
    private IReadOnlyList<IPNetwork> _trustedProxies = [];

    private BastionFile(YamlReader root, ConfigurationProblems problems, ConfigurationEnvironment environment, FileReader files)
    {
        _root = root;
        _problems = problems;
        _environment = environment;
        _files = files;
    }

    /// <summary>Reads a file; null, with every error reported, where it must be refused.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">Takes what is wrong with it.</param>
    /// <param name="environment">What it is read in.</param>
    /// <param name="files">
    /// It and the files that it names, as they were before they were read: another one of them is a reason to read it again. Where it is
    /// refused, too: it may be for a file that is not there yet.
    /// </param>
    public static BastionOptions? Read(string path, ConfigurationProblems problems, ConfigurationEnvironment environment, out IReadOnlyDictionary<string, FileStamp> files)
    {
        var full = Path.GetFullPath(path);
        var reader = new FileReader(Path.GetDirectoryName(full)!, problems);
        reader.Note(full);
        files = reader.Stamps;
        return ConfigurationText.Read(path, problems) is { } text ? Parse(text, reader, problems, environment) : null;
    }

    /// <summary>Reads a file's text; null, with every error reported, where it must be refused.</summary>
    public static BastionOptions? Parse(string text, string directory, ConfigurationProblems problems, ConfigurationEnvironment environment) =>
        Parse(text, new FileReader(directory, problems), problems, environment);

    private static BastionOptions? Parse(string text, FileReader files, ConfigurationProblems problems, ConfigurationEnvironment environment)
    {
        if (YamlDocument.Parse(text, problems) is not { } map)
        {
            return null;
        }

        var options = new BastionFile(new YamlReader(map, "", problems), problems, environment, files).Options();
        return problems.HasErrors ? null : options;
    }

    private BastionOptions Options()
    {
        _gateway = Gateway();
        _trustedProxies = AddressReader.Networks(_root, "trusted_proxies");
        var caFile = CaFile();
        var pool = Pool();
        var keepalive = _root.Duration("keepalive", TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(1), TcpSocketSettings.LongestKeepAlive);
        var randomMasks = RandomMasks();
        var metrics = MetricsReader.Read(_root, _bound);
        var listeners = Listeners(BastionTokenReader.Read(_root, _problems, _environment, _files));
        _root.Done();
        return new BastionOptions
        {
            Listeners = listeners,
            Gateway = _gateway,
            CaFile = caFile,
            Keepalive = keepalive,
            Pool = pool,
            RandomMasks = randomMasks,
            Metrics = metrics,
            Sessions = Sessions(pool, listeners),
        };
    }

    private string? CaFile()
    {
        if (_root.Scalar("ca_file", "a PEM file") is not { } scalar)
        {
            return null;
        }

        var file = _files.Existing(scalar, "ca_file");
        if (CertificateCheck.AuthorityProblem(file) is { } problem)
        {
            _root.Error(scalar, "ca_file", problem);
        }

        return file;
    }

    /// <summary>
    /// A session holds two descriptors, its client and its stream, and at a unix socket a third, on which its client learns how it ended; clients must
    /// not take those that streams are dialled with.
    /// </summary>
    private int Sessions(StreamPoolOptions pool, IReadOnlyList<BastionListener> listeners)
    {
        var each = listeners.Any(listener => listener is UnixListener) ? 3 : 2;
        var limit = _environment.OpenFileLimit;
        var descriptors = limit - Math.Min(ReservedDescriptors, limit / 4) - Math.Min(pool.MaxIdle, limit / 4);
        return (int)Math.Clamp(descriptors / each, 1, Math.Max(MostSessions, 2 * pool.Max));
    }

    private AppUrl? Gateway()
    {
        const string Wanted = "an https origin such as https://access.example.com";
        if (_root.Scalar("gateway", Wanted) is not { } scalar)
        {
            return null;
        }

        if (!AppUrl.TryParse(scalar.Text, PlainHttp.Loopback, out var url, out _) || url.PathAndQuery.Length > 1)
        {
            _root.Expected(scalar, "gateway", Wanted);
            return null;
        }

        if (url.Secure && scalar.Text.AsSpan().TrimStart().StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            // As typed it would send tokens in clear; as https it would be another port than was written.
            _root.Error(scalar, "gateway", $"http:// is for loopback alone, because tokens would cross the network in clear: write https://{url.Authority}");
            return null;
        }

        return url;
    }

    private bool RandomMasks()
    {
        const string Wanted = "zero or random";
        if (_root.Scalar("mask", Wanted) is { Text: not "zero" } scalar && scalar.Text != "random")
        {
            _root.Expected(scalar, "mask", Wanted);
        }

        return (_root.Node("mask") as YamlScalar)?.Text == "random";
    }

    private StreamPoolOptions Pool()
    {
        var usual = StreamPoolOptions.Default;
        if (_root.Map("pool") is not { } pool)
        {
            return usual;
        }

        // What is not given gives way to what is.
        var most = pool.Count("max", usual.Max);
        var mostIdle = pool.Count("max_idle", Math.Min(usual.MaxIdle, most));
        var options = usual with
        {
            MinIdle = pool.Count("min_idle", Math.Min(usual.MinIdle, mostIdle), least: 0),
            MaxIdle = mostIdle,
            Max = most,
            MaxAge = pool.Duration("max_age", usual.MaxAge, TimeSpan.FromSeconds(1)),
        };
        pool.Done();
        if (options.MinIdle > options.MaxIdle || options.MaxIdle > options.Max)
        {
            pool.Error(pool.Self, pool.Path, $"expected min_idle ({options.MinIdle}) <= max_idle ({options.MaxIdle}) <= max ({options.Max})");
        }

        return options;
    }

    private List<BastionListener> Listeners(BastionTokenReader tokens)
    {
        var listeners = new List<BastionListener>();
        foreach (var (item, path) in _root.List("listeners"))
        {
            if (_root.MapAt(item, path, "a map with listen, and hostname or allow") is { } map && Listener(map, tokens) is { } listener)
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

    private BastionListener? Listener(YamlReader map, BastionTokenReader tokens) =>
        map.Node("listen") is YamlScalar { Text: var text } scalar && text.StartsWith(UnixPrefix, StringComparison.Ordinal)
            ? UnixListener(map, scalar, tokens)
            : PortListener(map, tokens);

    private UnixListener? UnixListener(YamlReader map, YamlScalar listen, BastionTokenReader tokens)
    {
        var mode = Mode(map);
        var rules = new BastionRuleReader(_problems, _environment.Accounts, _gateway is not null).Read(map, tokens.Find);
        map.Done();
        var path = listen.Text[UnixPrefix.Length..];
        if (!path.StartsWith('/') || Encoding.UTF8.GetByteCount(path) > UnixListenEndPoint.MaxPathBytes)
        {
            map.Error(listen, map.PathOf("listen"), $"expected unix: and an absolute path of at most {UnixListenEndPoint.MaxPathBytes} bytes");
            return null;
        }

        // The bastion makes the last one, as /run/fastproxy after a boot, but no more: a path that is spelled wrong is to be told.
        var directory = Path.GetDirectoryName(path)!;
        if (File.Exists(directory))
        {
            map.Error(listen, map.PathOf("listen"), $"{directory} is not a directory");
        }
        else if (!Directory.Exists(directory) && !Directory.Exists(Path.GetDirectoryName(directory)))
        {
            map.Error(listen, map.PathOf("listen"), $"there is no directory {Path.GetDirectoryName(directory)}");
        }

        return new UnixListener { Path = path, Mode = mode, Rules = rules, Gateway = _gateway };
    }

    private static UnixFileMode Mode(YamlReader map)
    {
        const string Wanted = "an octal mode such as \"0660\"";
        if (map.Scalar("mode", Wanted) is not { } scalar)
        {
            return Client.Bastion.UnixListener.DefaultMode;
        }

        if (scalar.Text.Length is 3 or 4 && !scalar.Text.AsSpan().ContainsAnyExceptInRange('0', '7') && Convert.ToInt32(scalar.Text, 8) is <= 0x1FF and var mode)
        {
            return (UnixFileMode)mode;
        }

        map.Expected(scalar, map.PathOf("mode"), Wanted);
        return Client.Bastion.UnixListener.DefaultMode;
    }

    private PortListener? PortListener(YamlReader map, BastionTokenReader tokens)
    {
        var address = _bound.Required(map, "listen");
        var hostname = map.Required("hostname", "the host of an application");
        var destination = map.Scalar("destination", "HOST:PORT");
        var token = tokens.Find(map);
        var networks = AddressReader.Networks(map, "allow_from");
        var proxied = map.Flag("proxy_protocol", false);
        if (proxied && _trustedProxies.Count == 0)
        {
            map.Error(map.Node("proxy_protocol")!, map.PathOf("proxy_protocol"), "the header is taken from trusted_proxies only, and that is empty: every connection would be closed");
        }

        map.Done();
        if (address is not null && networks.Count == 0 && (proxied || !IPAddress.IsLoopback(address.Address)))
        {
            map.Error(map.Self, map.PathOf("allow_from"), $"missing: whoever can connect to {address} uses the token, so name the networks that may");
        }

        if (hostname is null || address is null || token is not { Credential: var credential })
        {
            return null;
        }

        if (!AppUrl.TryParse(hostname.Text, PlainHttp.Loopback, out var app, out var error))
        {
            map.Error(hostname, map.PathOf("hostname"), error);
            return null;
        }

        var userAgent = string.Create(CultureInfo.InvariantCulture, $"fastproxy/{ProductVersion.Number}");
        var request = new GatewayRequest { App = app, Credential = credential, Destination = destination?.Text, UserAgent = userAgent };
        return new PortListener { Address = address, AllowFrom = networks, Proxies = proxied ? _trustedProxies : null, Request = _gateway is null ? request : request.Through(_gateway, app.Host) };
    }
}
