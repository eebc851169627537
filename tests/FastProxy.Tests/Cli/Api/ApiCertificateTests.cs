using System.Net;
using System.Security.Cryptography.X509Certificates;
using FastProxy.Access.ApiTokens;
using FastProxy.Access.Changes;
using FastProxy.Admin;
using FastProxy.Admin.Hosting;
using FastProxy.Cli;
using FastProxy.Cli.Api;
using FastProxy.Client.Connecting;
using FastProxy.Gateway.Tls;
using FastProxy.Storage;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Cli.Api;

/// <summary>The client certificate of the API's commands, against an API whose <c>admin.tls</c> has a <c>client_ca</c>.</summary>
[Collection(nameof(ConsoleCollection))]
public sealed class ApiCertificateTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private TestAuthority _ours = null!;
    private TestAuthority _theirs = null!;
    private SqliteAccessStore _store = null!;
    private AdminServer _server = null!;
    private IssuedApiToken _token = null!;

    private string Url => $"https://localhost:{new Uri(_server.Url!).Port}";

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_directory.Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _ours = new TestAuthority(_directory.Root, "ours");
        _theirs = new TestAuthority(_directory.Root, "theirs");
        var certificates = ServerCertificates.Load([_ours.Server("localhost", _ours.File)], TimeProvider.System, NullLogger.Instance);
        _store = SqliteAccessStore.Open(_directory.Data, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
        _server = new AdminServer(
            _directory.Data, _store, NullLoggerFactory.Instance, TimeProvider.System, new AdminListener(new IPEndPoint(IPAddress.Loopback, 0), certificates));
        await _server.StartAsync(CancellationToken.None);
        _token = IssuedApiToken.Create("t", ApiTokenScope.Read, null, TimeProvider.System.GetUtcNow());
        Assert.True((await _store.ChangeAsync(snapshot => ApiTokenChanges.Create(snapshot, _token.Token), CancellationToken.None)).IsOk);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _store.DisposeAsync();
        _ours.Dispose();
        _theirs.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_shown_to_a_server_that_asks(bool byOption)
    {
        var (certificate, key) = Write(_ours);
        string? Variable(string name) => byOption ? null : name == ApiCertificate.Variable ? certificate : name == ApiCertificate.KeyVariable ? key : null;
        Assert.Null(ApiCertificate.Load(byOption ? certificate : null, byOption ? key : null, Variable, out var context));
        Assert.NotNull(context);
        Assert.Null(TrustRoots.Load(_ours.File, "--ca-file", _ => null, out var roots));
        Assert.True(ApiAddress.TryParse(Url, out var address, out _));
        using var api = new ApiClient(address, _token.Value.Reveal(), roots!, context, TimeProvider.System);

        Assert.Empty(await api.ListAsync("apps", CancellationToken.None));
    }

    [Fact]
    public async Task Without_one_it_is_said_what_is_asked_for_and_how_to_show_it()
    {
        var (code, _, error) = await Terminal.RunAsync("app", "list", "--api", Url, "--ca-file", _ours.File);

        Assert.Equal(1, code);
        Assert.Equal(
            $"fastproxy: TLS with the API at {Url}/: it asks for a client certificate, and none is given\n"
            + "Show one that its admin.tls client_ca knows: --client-certificate FILE --client-key FILE, or FASTPROXY_API_CERTIFICATE and FASTPROXY_API_KEY.\n",
            error);
    }

    [Fact]
    public async Task One_that_the_server_does_not_believe_is_told_apart()
    {
        var (certificate, key) = Write(_theirs);

        var (code, _, error) = await Terminal.RunAsync(
            "app", "list", "--api", Url, "--ca-file", _ours.File, "--client-certificate", certificate, "--client-key", key);

        Assert.Equal(1, code);
        Assert.StartsWith($"fastproxy: TLS with the API at {Url}/: it ended the connection after it was shown the client certificate\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_health_check_of_the_same_address_shows_it_too()
    {
        var (certificate, key) = Write(_ours);
        Assert.Equal(0, await HealthCommand.RunAsync(Url, Variable(certificate, key), CancellationToken.None));
        Assert.Equal(1, await HealthCommand.RunAsync(Url, Variable(null, null), CancellationToken.None));
        Assert.Equal(2, await HealthCommand.RunAsync(Url, Variable(certificate, null), CancellationToken.None));

        Func<string, string?> Variable(string? certificate, string? key) => name => name switch
        {
            "SSL_CERT_FILE" => _ours.File,
            ApiCertificate.Variable => certificate,
            ApiCertificate.KeyVariable => key,
            _ => null,
        };
    }

    [Theory]
    [InlineData("--client-certificate", "ours.pem", null, null, "--client-certificate is given without its key, --client-key")]
    [InlineData("--client-key", "ours.pem", null, null, "--client-key is given without its certificate, --client-certificate")]
    [InlineData("--client-certificate", "nowhere.pem", "--client-key", "ours.pem", "nowhere.pem does not exist")]
    [InlineData("--client-certificate", "ours.pem", "--client-key", "ours.pem", "are no certificate and its key")]
    public async Task What_cannot_be_used_is_a_mistake_of_usage(string option, string file, string? second, string? secondFile, string expected)
    {
        string[] more = second is null ? [] : [second, Path.Combine(_directory.Root, secondFile!)];

        var (code, _, error) = await Terminal.RunAsync(["app", "list", "--api", Url, option, Path.Combine(_directory.Root, file), .. more]);

        Assert.Equal(2, code);
        Assert.StartsWith("fastproxy: app list: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_of_it_in_the_environment_names_the_other_half() =>
        Assert.Equal(
            "FASTPROXY_API_CERTIFICATE is given without its key, FASTPROXY_API_KEY",
            ApiCertificate.Load(null, null, name => name == ApiCertificate.Variable ? _ours.File : "", out _));

    [Theory]
    [InlineData("fpat_a-token-by-mistake", "FASTPROXY_API_KEY names a file that does not exist")]
    [InlineData(null, "FASTPROXY_API_CERTIFICATE and FASTPROXY_API_KEY are no certificate and its key, unencrypted, in PEM")]
    public void What_a_variable_holds_is_not_shown(string? key, string expected) =>
        Assert.Equal(expected, ApiCertificate.Load(null, null, name => name == ApiCertificate.KeyVariable && key is not null ? key : _ours.File, out _));

    private (string Certificate, string Key) Write(TestAuthority authority)
    {
        var client = authority.Client("CN=admin");
        var (certificate, key) = (Path.Combine(_directory.Root, "client.pem"), Path.Combine(_directory.Root, "client.key"));
        File.WriteAllText(certificate, client.ExportCertificatePem());
        File.WriteAllText(key, client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return (certificate, key);
    }
}
