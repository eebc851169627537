using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastProxy.Access.Policies;
using FastProxy.Gateway.Http;
using FastProxy.Gateway.Tls;
using FastProxy.Testing.Peers;
using FastProxy.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Gateway;

/// <summary>Mutual TLS: what a client certificate is worth, and where.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private const string A = "a.example.com";
    private const string B = "b.example.com";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _ours;
    private readonly TestAuthority _theirs;

    public ClientCertificateTests()
    {
        _ours = new TestAuthority(_directory.Root, "ours");
        _theirs = new TestAuthority(_directory.Root, "theirs");
    }

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("ours", "101")]
    [InlineData("ours of another name", "403 policy_denied")]
    [InlineData("none", "401 credentials_missing")]
    [InlineData("signed by a stranger", "401 credentials_missing")]
    [InlineData("expired", "401 credentials_missing")]
    [InlineData("a server's", "401 credentials_missing")]
    public async Task A_certificate_admits_by_its_common_name(string shown, string answer)
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayFixture.StartAsync(tls: [_ours.Server(A, _ours.File)]);
        await gateway.AddApplicationAsync(A, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new CommonNameRule("db1"));
        var certificate = shown switch
        {
            "ours" => _ours.Client("CN=db1"),
            "ours of another name" => _ours.Client("CN=db2"),
            "signed by a stranger" => _theirs.Client("CN=db1"),
            "expired" => _ours.Client("CN=db1", agedDays: 2),
            "a server's" => _ours.Client("CN=db1", usage: ServerAuthentication),
            _ => null,
        };
        Assert.Equal(answer, await AnswerAsync(gateway, A, A, certificate));
    }

    [Theory]
    [InlineData(A, "101")]
    [InlineData(B, "401 credentials_missing")]
    public async Task A_certificate_counts_for_the_hosts_that_trust_its_authority(string host, string answer)
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayFixture.StartAsync(tls: [_ours.Server(A, _ours.File), _ours.Server(B, _theirs.File)]);
        await gateway.AddApplicationAsync(A, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new CertificateRule());
        await gateway.AddApplicationAsync(B, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new CertificateRule());

        // The handshake is for A; what the request asks for is another matter.
        Assert.Equal(answer, await AnswerAsync(gateway, A, host, _ours.Client("CN=db1")));
        Assert.Equal("101", await AnswerAsync(gateway, B, B, _theirs.Client("CN=db1")));
    }

    [Theory]
    [InlineData("x.w.example.com")]
    [InlineData("x.w.example.com.")]
    [InlineData("-x.w.example.com")]
    [InlineData("~.w.example.com")]
    public async Task A_certificate_counts_for_no_host_of_a_wildcard_that_trusts_another_authority(string host)
    {
        await using var gateway = await GatewayFixture.StartAsync(tls: [_ours.Server(A, _ours.File), _ours.Server("*.w.example.com", _theirs.File)]);
        await gateway.AddApplicationAsync("*.w.example.com", "tcp://127.0.0.1:9", PolicyAction.ServiceAuth, new CertificateRule());

        Assert.Equal("401 credentials_missing", await AnswerAsync(gateway, A, host, _ours.Client("CN=db1")));
    }

    [Fact]
    public async Task Where_no_authority_is_named_no_certificate_is_asked_for()
    {
        await using var gateway = await GatewayFixture.StartAsync(tls: [_ours.Server(A, null)]);
        await gateway.AddApplicationAsync(A, "tcp://127.0.0.1:9", PolicyAction.ServiceAuth, new CertificateRule());
        Assert.Equal("401 credentials_missing", await AnswerAsync(gateway, A, A, _ours.Client("CN=db1")));
    }

    [Fact]
    public async Task A_session_on_a_stream_is_decided_on_the_certificate_of_the_stream()
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayFixture.StartAsync(tls: [_ours.Server(A, _ours.File), _ours.Server(B, _theirs.File)]);
        var token = await gateway.AddTokenAsync();
        var needs = await gateway.AddApplicationAsync(A, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new CommonNameRule("db1"));
        await gateway.AddApplicationAsync(B, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.ServiceAuth, new CommonNameRule("db1"));

        await using var with = await RawStream.OpenAsync(await ConnectAsync(gateway, A, _ours.Client("CN=db1")), A, GatewayFixture.Pair(token));
        await with.SendTextAsync($$"""{"type":"open","id":1,"app":"{{A}}"}""");
        Assert.Equal("opened", (await with.ReadTextAsync()).GetProperty("type").GetString());
        await with.SendTextAsync("""{"type":"eof","id":1}""");
        Assert.Equal("eof", (await with.ReadTextAsync()).GetProperty("type").GetString());
        Assert.Equal("closed", (await with.ReadTextAsync()).GetProperty("type").GetString());
        await with.SendTextAsync($$"""{"type":"open","id":2,"app":"{{B}}"}""");
        Assert.Equal("policy_denied", (await with.ReadTextAsync()).GetProperty("code").GetString());

        await using var without = await RawStream.OpenAsync(await ConnectAsync(gateway, A, null), A, GatewayFixture.Pair(token));
        await without.SendTextAsync($$"""{"type":"open","id":1,"app":"{{needs.Domains[0]}}"}""");
        Assert.Equal("policy_denied", (await without.ReadTextAsync()).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("CN=db1", "db1")]
    [InlineData("O=Example, CN=db1, C=PT", "db1")]
    [InlineData("O=Example", null)]
    [InlineData("CN=db1, CN=db2", null)]
    public void A_subject_has_the_one_common_name_it_has(string subject, string? name) =>
        Assert.Equal(name, PresentedCertificate.Read(_ours.Client(subject)).CommonName);

    [Theory]
    [InlineData("x.w.example.com", true)]
    [InlineData("w.example.com", false)]
    [InlineData("~.w.example.com", false)]
    [InlineData("-x.w.example.com", false)]
    [InlineData("x w", false)]
    [InlineData("", false)]
    public void A_name_that_no_certificate_can_have_is_covered_by_none(string name, bool covered) =>
        Assert.Equal(covered, ServerCertificates.Load([_ours.Server("*.w.example.com", null)], TimeProvider.System, NullLogger.Instance).Cover(name));

    private static async Task<string> AnswerAsync(GatewayFixture gateway, string serverName, string host, X509Certificate2? certificate)
    {
        await using var tls = await ConnectAsync(gateway, serverName, certificate);
        await tls.WriteAsync(Encoding.Latin1.GetBytes(GatewayFixture.Upgrade(host)));
        var answer = new byte[4096];
        var count = await tls.ReadAtLeastAsync(answer, 100, throwOnEndOfStream: false).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        var lines = Encoding.Latin1.GetString(answer, 0, count).Split("\r\n");
        const string Reason = "Cf-Access-Error: ";
        return lines[0].Split(' ')[1] + (lines.FirstOrDefault(line => line.StartsWith(Reason, StringComparison.Ordinal)) is { } reason ? " " + reason[Reason.Length..] : "");
    }

    private static async Task<SslStream> ConnectAsync(GatewayFixture gateway, string serverName, X509Certificate2? certificate)
    {
        var tls = new SslStream(new NetworkStream(await gateway.ConnectAsync(), ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
        });
        return tls;
    }
}
