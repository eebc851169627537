using FastProxy.Client.Bastion;
using FastProxy.Configuration;

namespace FastProxy.Tests.Configuration;

public sealed class BastionFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fastproxy-test-");

    public BastionFileTests()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "id"), "0123456789abcdef0123456789abcdef.access\n");
        File.WriteAllText(Path.Combine(_directory.FullName, "secret"), "the-secret\n");
        File.SetUnixFileMode(Path.Combine(_directory.FullName, "secret"), UnixFileMode.UserRead);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Reads_listeners_with_named_and_inline_tokens()
    {
        var options = Parse(
            """
            keepalive: 10s
            listeners:
              - { listen: 127.0.0.1:2222, hostname: gitlab.example.com, token: ci }
              - { listen: 0.0.0.0:2223, hostname: "db.example.com:8443", destination: 10.0.0.5:5432, allow_from: [10.0.0.0/8], token: { id_file: id, secret_file: secret } }
            tokens:
              ci: { id: fedcba9876543210fedcba9876543210.access, secret_file: secret }
            """,
            out var problems)!;
        Assert.Empty(problems.Errors);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Keepalive);
        Assert.Equal(2, options.Listeners.Count);
        var (first, second) = (Assert.IsType<PortListener>(options.Listeners[0]), Assert.IsType<PortListener>(options.Listeners[1]));
        Assert.Equal("127.0.0.1:2222", first.Address.ToString());
        Assert.Equal("gitlab.example.com", first.Request.App.Authority);
        Assert.Equal("fedcba9876543210fedcba9876543210.access", first.Request.Credential.Service!.ClientId);
        Assert.Equal("the-secret", first.Request.Credential.Service!.ClientSecret.Reveal());
        Assert.Equal("10.0.0.5:5432", second.Request.Destination);
        Assert.True(second.Allows(System.Net.IPAddress.Parse("10.1.2.3")));
        Assert.False(second.Allows(System.Net.IPAddress.Loopback));
        Assert.True(first.Allows(System.Net.IPAddress.Loopback));
        Assert.False(first.Allows(System.Net.IPAddress.Parse("10.1.2.3")));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("mask: zero", false)]
    [InlineData("mask: random", true)]
    public void Masks_are_zero_unless_asked_otherwise(string mask, bool random)
    {
        var options = Parse(
            $$"""
            {{mask}}
            metrics: { address: 0.0.0.0:9091, allow_from: [10.0.0.0/8] }
            listeners: [{ listen: 127.0.0.1:1, hostname: h, token: { id_file: id, secret_file: secret } }]
            """,
            out var problems)!;
        Assert.Empty(problems.Warnings);
        Assert.Equal(random, options.RandomMasks);
        Assert.Equal(9091, options.Metrics?.Address.Port);
    }

    [Fact]
    public void The_gateway_and_the_pool_are_in_effect_without_a_warning()
    {
        var options = Parse(
            """
            gateway: https://access.example.com:8443
            pool: { min_idle: 1, max_idle: 3, max: 5, max_age: 10m }
            listeners: [{ listen: 127.0.0.1:1, hostname: h, token: { id_file: id, secret_file: secret } }]
            """,
            out var problems)!;
        Assert.Empty(problems.Warnings);
        Assert.Equal("access.example.com:8443", Assert.IsType<PortListener>(options.Listeners[0]).Request.Gateway!.Authority);
        Assert.Equal((1, 3, 5, TimeSpan.FromMinutes(10)), (options.Pool.MinIdle, options.Pool.MaxIdle, options.Pool.Max, options.Pool.MaxAge));
    }

    [Fact]
    public void A_pool_may_keep_nothing_ready()
    {
        var options = Parse("pool: { min_idle: 0 }\nlisteners: [{ listen: 127.0.0.1:1, hostname: h, token: { id_file: id, secret_file: secret } }]", out var problems);
        Assert.Empty(problems.Errors);
        Assert.Equal((0, 64), (options!.Pool.MinIdle, options.Pool.MaxIdle));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", "127.0.0.1:8080", false)]
    [InlineData("http://localhost", "localhost", false)]
    [InlineData("http://[::1]:8080", "[::1]:8080", false)]
    [InlineData("https://10.0.0.1:8443", "10.0.0.1:8443", true)]
    public void A_gateway_in_clear_is_one_on_loopback(string gateway, string authority, bool secure)
    {
        var options = Parse($"gateway: \"{gateway}\"\nlisteners: [{{ listen: 127.0.0.1:1, hostname: h, token: {{ id_file: id, secret_file: secret }} }}]", out var problems);
        Assert.Empty(problems.Errors);
        Assert.Equal((authority, secure), (options!.Gateway!.Authority, options.Gateway.Secure));
    }

    [Theory]
    [InlineData("pool: { min_idle: 4, max_idle: 3 }", "expected min_idle (4) <= max_idle (3) <= max (1000)")]
    [InlineData("pool: { min_idle: -1 }", "bastion.yaml:1:19: pool.min_idle: expected a whole number of at least 0")]
    [InlineData("pool: { max_idle: 0 }", "pool.max_idle: expected a whole number of at least 1")]
    [InlineData("gateway: http://access.example.com", "bastion.yaml:1:10: gateway: http:// is for loopback alone, because tokens would cross the network in clear: write https://access.example.com")]
    [InlineData("gateway: HTTP://10.0.0.1:8080/", "write https://10.0.0.1:8080")]
    [InlineData("pool: { max_idle: 11, max: 10 }", "expected min_idle (2) <= max_idle (11) <= max (10)")]
    [InlineData("keepalive: 10h", "keepalive: expected a duration of at most 9h")]
    [InlineData("listeners: []", "listeners: missing; expected at least one address")]
    [InlineData("listeners: [{ listen: 0.0.0.0:1, hostname: h, token: { id_file: id, secret_file: secret } }]", "allow_from: missing")]
    [InlineData("listeners: [{ listen: 127.0.0.1:1, hostname: h, token: nobody }]", "tokens: has no 'nobody'")]
    [InlineData("listeners: [{ listen: 127.0.0.1:1, hostname: h }]", "token: missing")]
    [InlineData("listeners: [{ listen: 127.0.0.1:1, token: { id_file: id, secret_file: secret } }]", "hostname: missing")]
    [InlineData("listeners: [{ listen: 127.0.0.1:1, hostname: h, token: { id_file: id } }]", "expected one of id, id_file and one of secret")]
    [InlineData("listeners: [{ listen: 127.0.0.1:1, hostname: h, token: { id_file: id, secret_file: absent } }]", "listeners[0].token: secret_file ")]
    [InlineData("listeners: [{ listen: 127.0.0.1:1, hostname: h, token: { id_file: id, secret_credential: s } }]", "CREDENTIALS_DIRECTORY")]
    [InlineData("listeners: [{ listen: 127.0.0.1:1, hostnam: h, token: { id_file: id, secret_file: secret } }]", "did you mean 'hostname'")]
    [InlineData("ca_file: id\nlisteners: [{ listen: 127.0.0.1:1, hostname: h, token: { id_file: id, secret_file: secret } }]", "bastion.yaml:1:10: ca_file: ")]
    [InlineData("metrics: { address: 127.0.0.1:1 }\nlisteners: [{ listen: 127.0.0.1:1, hostname: h, token: { id_file: id, secret_file: secret } }]", "listeners[0].listen: 127.0.0.1:1 is listened on already, by metrics.address")]
    [InlineData("listeners: [{ listen: 'unix:/no/such/directory/x.sock', allow: [{ uid: 0, hostnames: [h], token: { id_file: id, secret_file: secret } }] }]", "there is no directory /no/such")]
    [InlineData("listeners: [{ listen: 'unix:/etc/passwd/x.sock', allow: [{ uid: 0, hostnames: [h], token: { id_file: id, secret_file: secret } }] }]", "/etc/passwd is not a directory")]
    public void Refuses_with_the_place_and_the_cause(string text, string expected)
    {
        Assert.Null(Parse(text, out var problems));
        Assert.Contains(problems.Errors, error => error.ToString().Contains(expected, StringComparison.Ordinal) && error.ToString().StartsWith("bastion.yaml:", StringComparison.Ordinal));
        Assert.DoesNotContain(problems.Errors, error => error.ToString().Contains("the-secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1024, "", 380)]
    [InlineData(1024, "pool: { max_idle: 224 }", 300)]
    [InlineData(300, "pool: { max_idle: 224 }", 75)]
    [InlineData(2, "", 1)]
    [InlineData(1_000_000, "", 10_000)]
    [InlineData(1_000_000, "pool: { max: 20000 }", 40_000)]
    public void Clients_leave_the_descriptors_that_streams_are_dialled_with(long openFileLimit, string pool, int sessions)
    {
        var options = Parse($"{pool}\nlisteners: [{{ listen: 127.0.0.1:1, hostname: h, token: {{ id_file: id, secret_file: secret }} }}]", out _, openFileLimit)!;
        Assert.Equal(sessions, options.Sessions);
    }

    [Fact]
    public void A_session_of_a_unix_socket_holds_one_descriptor_more()
    {
        const string Unix = "listeners: [{ listen: 'unix:/run/fastproxy-test.sock', allow: [{ uid: 0, hostnames: [h], token: { id_file: id, secret_file: secret } }] }]";
        Assert.Equal(760 / 3, Parse(Unix, out _, 1024)!.Sessions);
        Assert.Equal(10_000, Parse(Unix, out _, 1_000_000)!.Sessions);
    }

    [Fact]
    public void The_files_that_it_names_are_known_whether_they_are_there_or_not()
    {
        var file = Path.Combine(_directory.FullName, "bastion.yaml");
        File.WriteAllText(
            file,
            """
            ca_file: ca.pem
            listeners: [{ listen: 127.0.0.1:1, hostname: h, token: ci }]
            tokens: { ci: { id_file: id, secret_file: absent } }
            """);
        var problems = new ConfigurationProblems(file);
        Assert.Null(BastionFile.Read(file, problems, new ConfigurationEnvironment { OpenFileLimit = 1024, Variable = _ => null }, out var files));
        Assert.Equal(
            [("absent", false), ("bastion.yaml", true), ("ca.pem", false), ("id", true)],
            files.OrderBy(known => known.Key, StringComparer.Ordinal).Select(known => (Path.GetRelativePath(_directory.FullName, known.Key), known.Value.IsThere)));
    }

    [Fact]
    public void An_inline_secret_earns_a_warning()
    {
        Assert.NotNull(Parse("listeners: [{ listen: 127.0.0.1:1, hostname: h, token: { id_file: id, secret: in-clear } }]", out var problems));
        var warning = Assert.Single(problems.Warnings);
        Assert.Contains("secret_file", warning.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("in-clear", warning.ToString(), StringComparison.Ordinal);
    }

    private BastionOptions? Parse(string text, out ConfigurationProblems problems, long openFileLimit = 1024)
    {
        problems = new ConfigurationProblems("bastion.yaml");
        return BastionFile.Parse(text, _directory.FullName, problems, new ConfigurationEnvironment { OpenFileLimit = openFileLimit, Variable = _ => null });
    }
}
