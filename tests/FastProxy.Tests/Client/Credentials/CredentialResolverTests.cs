using FastProxy.Client.Credentials;

namespace FastProxy.Tests.Client.Credentials;

public sealed class CredentialResolverTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("fastproxy-credentials").FullName;
    private readonly Dictionary<string, string> _environment = [];
    private readonly List<string> _warnings = [];
    private CredentialResult _userFile = new(ClientCredential.None, null);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Sources_go_in_their_order()
    {
        _userFile = new CredentialResult(Service("user-id", "user-secret"), null);
        Assert.Equal("user-id/user-secret", Found(new()));

        File("fastproxy-id", "systemd-id\n");
        File("fastproxy-secret", "systemd-secret\n");
        _environment["CREDENTIALS_DIRECTORY"] = _directory;
        Assert.Equal("systemd-id/systemd-secret", Found(new()));

        _environment["TUNNEL_SERVICE_TOKEN_ID"] = "env-id";
        _environment["TUNNEL_SERVICE_TOKEN_SECRET"] = "env-secret";
        Assert.Equal("env-id/env-secret", Found(new()));

        var files = new CredentialOptions { IdFile = File("i", "file-id"), SecretFile = File("s", "file-secret") };
        Assert.Equal("file-id/file-secret", Found(files));
        Assert.Equal("flag-id/flag-secret", Found(files with { ClientId = "flag-id", ClientSecret = new Secret("flag-secret") }));
    }

    [Fact]
    public void Flags_and_environment_may_bring_a_half_each()
    {
        _environment["TUNNEL_SERVICE_TOKEN_ID"] = "env-id";
        _environment["TUNNEL_SERVICE_TOKEN_SECRET"] = "env-secret";

        Assert.Equal("flag-id/env-secret", Found(new() { ClientId = "flag-id" }));
        Assert.Equal("env-id/flag-secret", Found(new() { ClientSecret = new Secret("flag-secret") }));
    }

    [Fact]
    public void A_file_may_bring_the_half_that_a_flag_leaves_open() =>
        Assert.Equal("flag-id/file-secret", Found(new() { ClientId = "flag-id", SecretFile = File("s", "file-secret\r\n") }));

    [Fact]
    public void Only_one_trailing_newline_is_dropped() =>
        Assert.Contains("characters", Error(new() { ClientId = "i", SecretFile = File("s", "secret\n\n") }), StringComparison.Ordinal);

    [Fact]
    public void Nothing_configured_is_no_credential() => Assert.Equal("none", Found(new()));

    [Fact]
    public void A_systemd_directory_for_something_else_is_passed_over()
    {
        File("other", "x");
        _environment["CREDENTIALS_DIRECTORY"] = _directory;

        Assert.Equal("none", Found(new()));
    }

    [Fact]
    public void Half_a_credential_is_an_error_and_not_filled_up_from_a_later_source()
    {
        _userFile = new CredentialResult(Service("user-id", "user-secret"), null);
        _environment["TUNNEL_SERVICE_TOKEN_ID"] = "env-id";
        Assert.Equal("TUNNEL_SERVICE_TOKEN_ID is given without a client secret (TUNNEL_SERVICE_TOKEN_SECRET)", Error(new()));

        _environment["TUNNEL_SERVICE_TOKEN_SECRET"] = "env-secret";
        Assert.Equal("--id-file is given without a client secret (--secret-file)", Error(new() { IdFile = File("i", "file-id") }));
        Assert.Equal("--secret-file is given without a client id (--id-file)", Error(new() { SecretFile = File("s", "file-secret") }));
    }

    [Fact]
    public void The_two_halves_the_wrong_way_round_are_an_error_that_shows_neither()
    {
        var error = Error(new() { ClientId = "5ec2e7", ClientSecret = new Secret("0123456789abcdef0123456789abcdef.access") });
        Assert.Equal("the client id (--service-token-id) and the client secret (--service-token-secret) are the wrong way round: a client id is <32 hex>.access", error);
    }

    [Fact]
    public void Half_a_systemd_credential_is_an_error()
    {
        File("fastproxy-id", "systemd-id");
        _environment["CREDENTIALS_DIRECTORY"] = _directory;

        Assert.Contains("fastproxy-secret does not exist", Error(new()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "secret", "TUNNEL_SERVICE_TOKEN_ID is set but empty")]
    [InlineData("id", "", "TUNNEL_SERVICE_TOKEN_SECRET is set but empty")]
    public void An_empty_variable_is_an_error(string id, string secret, string expected)
    {
        _environment["TUNNEL_SERVICE_TOKEN_ID"] = id;
        _environment["TUNNEL_SERVICE_TOKEN_SECRET"] = secret;

        Assert.Equal(expected, Error(new()));
    }

    [Fact]
    public void Empty_and_missing_files_are_errors()
    {
        Assert.EndsWith("is empty", Error(new() { ClientId = "i", SecretFile = File("s", "\n") }), StringComparison.Ordinal);
        Assert.EndsWith("does not exist", Error(new() { ClientId = "i", SecretFile = Path.Combine(_directory, "no") }), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Error(new() { ClientId = "i", SecretFile = _directory }), StringComparison.Ordinal);
        // No process has as many: 987 was a socket of another test at times, and what is read is closed.
        Assert.EndsWith("cannot be read", Error(new() { ClientId = "i", SecretDescriptor = int.MaxValue }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_others_can_read_earns_a_warning()
    {
        var path = File("s", "file-secret");
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Assert.Equal("i/file-secret", Found(new() { ClientId = "i", SecretFile = path }));
        Assert.Contains("chmod 600", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_file_is_a_credential_of_its_own()
    {
        _environment["TUNNEL_SERVICE_TOKEN_ID"] = "env-id";
        var options = new CredentialOptions { TokenFile = File("t", "a.b.c\n") };

        Assert.Equal("token a.b.c", Found(options));
        Assert.Contains("two credentials", Error(options with { ClientId = "i" }), StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_never_show_what_was_read()
    {
        Assert.DoesNotContain("hunter2", Error(new() { ClientId = "i", SecretFile = File("s", "hunter2\nhunter2") }), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", Error(new() { TokenFile = File("t", "hunter2 hunter2") }), StringComparison.Ordinal);
    }

    private static ClientCredential Service(string id, string secret) => new(new ServiceCredential(id, new Secret(secret)), null);

    private CredentialResult Resolve(CredentialOptions options) =>
        new CredentialResolver(_environment.GetValueOrDefault, _ => _userFile, _warnings.Add).Resolve(options, "h.test");

    private string Found(CredentialOptions options)
    {
        var result = Resolve(options);
        Assert.Null(result.Error);
        return result.Credential switch
        {
            { Service: { } service } => $"{service.ClientId}/{service.ClientSecret.Reveal()}",
            { Token: { } token } => "token " + token.Reveal(),
            _ => "none",
        };
    }

    private string Error(CredentialOptions options)
    {
        var result = Resolve(options);
        Assert.Null(result.Credential);
        return result.Error!;
    }

    private string File(string name, string content)
    {
        var path = Path.Combine(_directory, name);
        System.IO.File.WriteAllText(path, content);
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
