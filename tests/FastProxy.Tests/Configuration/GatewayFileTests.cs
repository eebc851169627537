using System.Net;
using FastProxy.Configuration;
using FastProxy.Gateway;

namespace FastProxy.Tests.Configuration;

public sealed class GatewayFileTests(CertificateFixture files) : IClassFixture<CertificateFixture>
{
    private const string Minimal = "listen: [{ address: 127.0.0.1:8080, tls: off }]\n";

    [Fact]
    public void Every_key_of_the_documentation_is_read()
    {
        var options = Read(
            """
            data_dir: state
            store: postgres://user@host/db
            listen:
              - address: 0.0.0.0:443
                tls: { certificate: tls.pem, key: tls.key, client_ca: tls.pem }
              - address: "[::1]:8080"
                tls: off
                proxy_protocol: true
              - address: 127.0.0.1:8443
                tls:
                  - { certificate: tls.pem, key: tls.key }
                  - { certificate: tls.pem, key: tls.key }
            trusted_proxies: [10.0.0.0/8, "2001:db8::/32", 192.0.2.7]
            auth_domain: https://access.example.com
            admin: { address: 127.0.0.1:9443 }
            metrics: { address: 127.0.0.1:9090, allow_from: [10.1.0.0/16] }
            geo: { header: CF-IPCountry }
            keepalive: 20s
            limits: { streams: 1, streams_per_token: 2, stream_idle: 3m, half_closed_timeout: 4h, sessions: 5, sessions_per_token: 6, handshakes_in_flight: 7, handshake_timeout: 8s, origin_connect_timeout: 9s, idle_timeout: 10s, drain: 1m30s }
            """,
            out var problems);

        Assert.Empty(problems.Errors);
        Assert.NotNull(options);
        Assert.Equal(Path.Combine(files.Directory, "state"), options.DataDirectory);
        Assert.Equal(new Uri("postgres://user@host/db"), options.Store.Postgres);
        Assert.Equal(["0.0.0.0:443", "[::1]:8080", "127.0.0.1:8443"], options.Listeners.Select(l => l.Address.ToString()));
        Assert.Equal([1, 0, 2], options.Listeners.Select(l => l.Tls.Count));
        Assert.Equal([false, true, false], options.Listeners.Select(l => l.ProxyProtocol));
        var certificate = options.Listeners[0].Tls[0];
        Assert.Equal(Path.Combine(files.Directory, "tls.pem"), certificate.CertificateFile);
        Assert.Equal(Path.Combine(files.Directory, "tls.key"), certificate.KeyFile);
        Assert.Equal(Path.Combine(files.Directory, "tls.pem"), certificate.ClientCaFile);
        Assert.Equal(["10.0.0.0/8", "2001:db8::/32", "192.0.2.7/32"], options.TrustedProxies.Select(n => n.ToString()));
        Assert.True(options.IsTrustedProxy(IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.False(options.IsTrustedProxy(IPAddress.Parse("192.0.2.8")));
        Assert.Equal(new Uri("https://access.example.com"), options.AuthDomain);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9443), options.Admin?.Address);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9090), options.Metrics?.Address);
        Assert.Equal([IPNetwork.Parse("10.1.0.0/16")], options.Metrics!.AllowFrom);
        Assert.Equal("CF-IPCountry", options.Geo?.Header);
        Assert.Equal(TimeSpan.FromSeconds(20), options.Keepalive);
        Assert.Equal(
            new LimitOptions
            {
                Descriptors = 824,
                Streams = 1,
                StreamsPerToken = 2,
                StreamIdle = TimeSpan.FromMinutes(3),
                HalfClosedTimeout = TimeSpan.FromHours(4),
                Sessions = 5,
                SessionsPerToken = 6,
                HandshakesInFlight = 7,
                HandshakeTimeout = TimeSpan.FromSeconds(8),
                OriginConnectTimeout = TimeSpan.FromSeconds(9),
                IdleTimeout = TimeSpan.FromSeconds(10),
                Drain = TimeSpan.FromSeconds(90),
            },
            options.Limits);
    }

    [Fact]
    public void Absent_keys_have_the_documented_defaults()
    {
        var options = Read(Minimal, out var problems);

        Assert.NotNull(options);
        Assert.Empty(problems.Warnings);
        Assert.Equal("/var/lib/fastproxy", options.DataDirectory);
        Assert.Same(StoreOptions.Sqlite, options.Store);
        Assert.Empty(options.TrustedProxies);
        Assert.Equal(TimeSpan.FromSeconds(25), options.Keepalive);
        var limits = options.Limits;
        Assert.Equal((824, 824, 412), (limits.Descriptors, limits.Streams, limits.Sessions));
        Assert.Equal((2000, 1000, 1024), (limits.StreamsPerToken, limits.SessionsPerToken, limits.HandshakesInFlight));
        Assert.Equal((TimeSpan.FromMinutes(60), TimeSpan.FromHours(1)), (limits.StreamIdle, limits.HalfClosedTimeout));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)), (limits.HandshakeTimeout, limits.OriginConnectTimeout));
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromSeconds(30)), (limits.IdleTimeout, limits.Drain));
        Assert.Null(options.AuthDomain);
        Assert.Null(options.Admin);
        Assert.Null(options.Metrics);
        Assert.Null(options.Geo);
    }

    [Fact]
    public void Auto_is_the_default_of_a_count_and_can_be_written()
    {
        var options = Read(Minimal + "limits: { streams: auto, sessions: auto }", out _);

        Assert.Equal((824, 412), (options?.Limits.Streams, options?.Limits.Sessions));
    }

    [Theory]
    [InlineData("listen: [{ address: 127.0.0.1:1, tls: off }]\nkeep_alive: 5s", "g.yaml:2:1: unknown key 'keep_alive', did you mean 'keepalive'?")]
    [InlineData(Minimal + "limits:\n  sesions: 5", "g.yaml:3:3: unknown key 'sesions', did you mean 'sessions'?")]
    [InlineData("listen:\n  - adress: 127.0.0.1:1\n    tls: off", "g.yaml:2:5: unknown key 'adress', did you mean 'address'?")]
    [InlineData(Minimal + "geo: { header: A, data_base: b }", "g.yaml:2:19: unknown key 'data_base', did you mean 'database'?")]
    [InlineData(Minimal + "zzzzzzzzzzzzzzzz: 1", "g.yaml:2:1: unknown key 'zzzzzzzzzzzzzzzz', known here: data_dir, store, listen, trusted_proxies, ")]
    [InlineData(Minimal + "keepalive: 1s\nkeepalive: 2s", "g.yaml:3:1: duplicate key 'keepalive': it stands in line 2 already")]
    [InlineData("data_dir: x", "g.yaml:1:1: listen: missing; expected a list of addresses")]
    [InlineData("listen: []", "g.yaml:1:9: listen: expected at least one address")]
    [InlineData("listen: 127.0.0.1:1", "g.yaml:1:9: listen: expected a list, found '127.0.0.1:1'")]
    [InlineData("listen: [127.0.0.1:1]", "g.yaml:1:10: listen[0]: expected a map with address and tls, found '127.0.0.1:1'")]
    [InlineData("listen: [{ tls: off }]", "g.yaml:1:10: listen[0].address: missing; expected an address and a port")]
    [InlineData("listen: [{ address: 127.0.0.1, tls: off }]", "g.yaml:1:21: listen[0].address: expected an address and a port such as 127.0.0.1:8443 or [::]:443, found '127.0.0.1'")]
    [InlineData("listen: [{ address: '127.1:80', tls: off }]", "g.yaml:1:21: listen[0].address: expected an address and a port")]
    [InlineData("listen: [{ address: '::1:80', tls: off }]", "g.yaml:1:21: listen[0].address: expected an address and a port")]
    [InlineData("listen: [{ address: 'localhost:80', tls: off }]", "g.yaml:1:21: listen[0].address: expected an address and a port")]
    [InlineData("listen: [{ address: '127.0.0.1:65536', tls: off }]", "g.yaml:1:21: listen[0].address: expected an address and a port")]
    [InlineData("listen: [{ address: 127.0.0.1:1 }]", "g.yaml:1:10: listen[0].tls: missing; expected { certificate: FILE, key: FILE }, a list of these, or off")]
    [InlineData("listen: [{ address: 127.0.0.1:1, tls: on }]", "g.yaml:1:39: listen[0].tls: expected { certificate: FILE, key: FILE }, a list of these, or off, found 'on'")]
    [InlineData("listen: [{ address: 127.0.0.1:1, tls: [] }]", "g.yaml:1:39: listen[0].tls: expected { certificate")]
    [InlineData("listen: [{ address: 127.0.0.1:1, tls: { key: tls.key } }]", "g.yaml:1:39: listen[0].tls.certificate: missing; expected a PEM file")]
    [InlineData("listen: [{ address: 127.0.0.1:1, tls: { certificate: no.pem, key: tls.key } }]", "g.yaml:1:54: listen[0].tls.certificate: there is no file ")]
    [InlineData("listen: [{ address: 127.0.0.1:1, tls: [{ certificate: tls.pem, key: other.key }] }]", "g.yaml:1:40: listen[0].tls[0]: ")]
    [InlineData("listen: [{ address: 127.0.0.1:1, tls: off, proxy_protocol: maybe }]", "g.yaml:1:60: listen[0].proxy_protocol: expected true or false, found 'maybe'")]
    [InlineData("listen: [{ address: 127.0.0.1:1, tls: off, proxy_protocol: true }]", "g.yaml:1:10: listen[0].proxy_protocol: the header is taken from trusted_proxies only")]
    [InlineData("listen: [{ address: 127.0.0.1:1, tls: off }, { address: 127.0.0.1:1, tls: off }]", "g.yaml:1:57: listen[1].address: 127.0.0.1:1 is listened on already, by listen[0].address")]
    [InlineData("listen: [{ address: 0.0.0.0:1, tls: off }]\ntrusted_proxies: [10.0.0.0/8]\nmetrics: { address: 127.0.0.1:1 }", "g.yaml:3:21: metrics.address: 127.0.0.1:1 is listened on already, by listen[0].address: 0.0.0.0:1")]
    [InlineData("listen: [{ address: 127.0.0.1:1, tls: off }]\nadmin: { address: 127.0.0.1:1 }", "g.yaml:2:19: admin.address: 127.0.0.1:1 is listened on already, by listen[0].address")]
    [InlineData("listen: [{ address: 0.0.0.0:80, tls: off }]", "g.yaml:1:10: listen[0].tls: off on 0.0.0.0:80 serves only peers in trusted_proxies, and that is empty")]
    [InlineData(Minimal + "trusted_proxies: 10.0.0.0/8", "g.yaml:2:18: trusted_proxies: expected a list, found '10.0.0.0/8'")]
    [InlineData(Minimal + "trusted_proxies: [10.0.0.0/33]", "g.yaml:2:19: trusted_proxies[0]: ")]
    [InlineData(Minimal + "trusted_proxies: [{}]", "g.yaml:2:19: trusted_proxies[0]: expected a network such as 10.0.0.0/8, or an address, found a map")]
    [InlineData(Minimal + "auth_domain: access.example.com", "g.yaml:2:14: auth_domain: expected an https origin such as https://access.example.com, found 'access.example.com'")]
    [InlineData(Minimal + "auth_domain: http://access.example.com", "g.yaml:2:14: auth_domain: expected an https origin")]
    [InlineData(Minimal + "auth_domain: https://access.example.com/x", "g.yaml:2:14: auth_domain: expected an https origin")]
    [InlineData(Minimal + "store: mysql://user:hunter2@h/db", "g.yaml:2:8: store: expected sqlite or postgres://user@host/database")]
    [InlineData(Minimal + "data_dir:", "g.yaml:2:10: data_dir: expected a directory, found nothing")]
    [InlineData(Minimal + "admin: { address: 10.0.0.1:1 }", "g.yaml:2:8: admin: plain HTTP is served on loopback only, and 10.0.0.1:1 is not")]
    [InlineData(Minimal + "metrics: 127.0.0.1:9090", "g.yaml:2:10: metrics: expected a map, found '127.0.0.1:9090'")]
    [InlineData(Minimal + "metrics: {}", "g.yaml:2:10: metrics.address: missing")]
    [InlineData(Minimal + "metrics: { address: 0.0.0.0:9090 }", "g.yaml:2:10: metrics.allow_from: missing: 0.0.0.0:9090 is served in clear and without a password")]
    [InlineData(Minimal + "metrics: { address: 10.0.0.1:9090, allow_from: [10.0.0.0/33] }", "g.yaml:2:49: metrics.allow_from[0]: ")]
    [InlineData(Minimal + "geo: {}", "g.yaml:2:6: geo: expected either header or database")]
    [InlineData(Minimal + "geo: { header: A, database: b }", "g.yaml:2:6: geo: expected either header or database")]
    [InlineData(Minimal + "geo: { header: 'a b' }", "g.yaml:2:16: geo.header: expected the name of a header, found 'a b'")]
    [InlineData(Minimal + "keepalive: 25", "g.yaml:2:12: keepalive: expected a duration such as 25s, 10m or 1h30m, found '25'")]
    [InlineData(Minimal + "keepalive: 0s", "g.yaml:2:12: keepalive: expected a duration of at least 1s, found '0s'")]
    [InlineData(Minimal + "keepalive: 12h", "g.yaml:2:12: keepalive: expected a duration of at most 9h, found '12h'")]
    [InlineData(Minimal + "limits: { drain: 1001h }", "g.yaml:2:18: limits.drain: expected a duration of at most 1000h, found '1001h'")]
    [InlineData(Minimal + "limits: { drain: [1s] }", "g.yaml:2:18: limits.drain: expected a duration such as 25s, 10m or 1h30m, found a list")]
    [InlineData(Minimal + "limits: { sessions: 0 }", "g.yaml:2:21: limits.sessions: expected auto or a whole number of at least 1, found '0'")]
    [InlineData(Minimal + "limits: { sessions_per_token: auto }", "g.yaml:2:31: limits.sessions_per_token: expected a whole number of at least 1, found 'auto'")]
    [InlineData(Minimal + "limits: { streams: '5' }", "g.yaml:2:20: limits.streams: expected auto or a whole number of at least 1, found '5'")]
    [InlineData("", "g.yaml:1:1: the file is empty")]
    [InlineData("- a", "g.yaml:1:1: expected a map of settings, found a list")]
    [InlineData("a: [", "g.yaml:2:1: not valid YAML: ")]
    [InlineData("a: *b", "g.yaml:1:4: not valid YAML: the alias *b has no anchor before it")]
    [InlineData(Minimal + "---\na: 1", "g.yaml:2:1: a second document: one file holds one")]
    [InlineData("? [a]\n: 1", "g.yaml:1:3: expected a key, found a list")]
    public void A_mistake_is_reported_at_its_place(string text, string expected)
    {
        var options = Read(text, out var problems);

        Assert.Null(options);
        Assert.Contains(expected, string.Join('\n', problems.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_reported_in_the_order_of_the_file()
    {
        Read("liste: 1\nkeepalive: x\nlimits: { drain: -1s, sessions: many }\ngeo: 1", out var problems);

        Assert.Equal([(1, 1), (1, 1), (2, 12), (3, 18), (3, 33), (4, 6)], problems.Errors.Select(e => (e.Line, e.Column)));
    }

    [Theory]
    [InlineData(Minimal + "auth_domain: https://a.example.com", "g.yaml:2:14: auth_domain: has no effect in this version")]
    [InlineData(Minimal + "store: postgres://u@h/db", "g.yaml:2:8: store: has no effect in this version")]
    [InlineData(Minimal + "geo: { header: X }", "g.yaml:2:6: geo: the header is taken from trusted_proxies only, and that is empty: no country is ever known")]
    [InlineData(Minimal + "limits: { sessions: 5000 }", "g.yaml:2:21: limits.sessions: 5000 need 10000 file descriptors and RLIMIT_NOFILE leaves 824")]
    [InlineData(Minimal + "limits: { sessions_per_token: 5000 }", "g.yaml:2:31: limits.sessions_per_token: 5000 sessions of fastproxy.v1 need as many streams, and limits.streams_per_token allows 2000")]
    public void What_works_otherwise_than_expected_is_a_warning(string text, string expected)
    {
        Assert.NotNull(Read(text, out var problems));
        Assert.StartsWith(expected, Assert.Single(problems.Warnings).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_of_streams_and_metrics_have_effect_and_earn_no_warning()
    {
        Assert.NotNull(Read(Minimal + "limits: { streams_per_token: 5, stream_idle: 5m }\nmetrics: { address: 0.0.0.0:1, allow_from: [10.0.0.0/8] }", out var problems));
        Assert.Empty(problems.Warnings);
    }

    [Fact]
    public void Cleartext_beyond_loopback_is_accepted_for_trusted_proxies()
    {
        Assert.NotNull(Read("listen: [{ address: 0.0.0.0:80, tls: off }]\ntrusted_proxies: [10.0.0.0/8]", out _));
    }

    [Fact]
    public void An_alias_stands_for_its_anchor()
    {
        var options = Read("keepalive: &t 7s\nlimits: { drain: *t }\n" + Minimal, out _);

        Assert.Equal(TimeSpan.FromSeconds(7), options?.Limits.Drain);
    }

    [Fact]
    public void No_error_repeats_the_password_of_a_store()
    {
        Read(Minimal + "store: mysql://user:hunter2@h/db", out var problems);

        Assert.DoesNotContain("hunter2", string.Join('\n', problems.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        Assert.Null(Read(new string('[', 100_000), out var problems));
        Assert.Contains("nested deeper", Assert.Single(problems.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_of_that_file()
    {
        var problems = new ConfigurationProblems("none.yaml");

        Assert.Null(GatewayFile.Read(Path.Combine(files.Directory, "none.yaml"), problems, Environment(null)));
        Assert.StartsWith("none.yaml:1:1: cannot be read: ", Assert.Single(problems.Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/run/state:/other", "/home/u", "/run/state")]
    [InlineData(null, "/home/u", "/home/u/.local/share/fastproxy")]
    [InlineData("", null, "/.local/share/fastproxy")]
    public void The_data_directory_defaults_to_the_service_managers_or_the_users(string? state, string? home, string expected)
    {
        Assert.Equal(expected, DataDirectory.Default(name => name switch { "STATE_DIRECTORY" => state, "HOME" => home, _ => null }));
    }

    private static ConfigurationEnvironment Environment(string? state) => new()
    {
        OpenFileLimit = 1024,
        Variable = name => name == "STATE_DIRECTORY" ? state : null,
    };

    private GatewayOptions? Read(string text, out ConfigurationProblems problems)
    {
        problems = new ConfigurationProblems("g.yaml");
        return GatewayFile.Parse(text, files.Directory, problems, Environment("/var/lib/fastproxy"));
    }
}
