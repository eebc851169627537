using System.Text;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Testing;
using FastProxy.Transport.Dialing;

namespace FastProxy.Tests.Client.Connecting;

public sealed class GatewayConnectorTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_first_request_is_the_upgrade_with_everything_on_it()
    {
        using var gateway = new ScriptedGateway();
        var serving = gateway.ServeAsync(head => ScriptedGateway.Accept(head, "Sec-WebSocket-Protocol: fastproxy.v1\r\nFastProxy-Protocol: 1\r\nCf-Ray: ray1\r\n", "early"));

        var (connection, failure) = await ConnectAsync($"http://localhost:{gateway.Port}/p?q=1", credential: new(new("id.access", new Secret("s3cret")), null));
        gateway.Release();
        var lines = (await serving)!.Split("\r\n");

        Assert.Null(failure);
        Assert.True(connection!.IsOurs);
        Assert.Equal("ray1", connection.Request);
        Assert.Equal("early", Encoding.ASCII.GetString(connection.Leftover.Span));
        Assert.Equal(
            [
                "GET /p?q=1 HTTP/1.1", $"Host: localhost:{gateway.Port}", "User-Agent: test/1", "Cf-Access-Client-Id: id.access",
                "Cf-Access-Client-Secret: s3cret", "Connection: Upgrade",
            ],
            lines[..6]);
        Assert.Contains("FastProxy-Open: app=\"localhost/p\"", lines);
        await connection.DisposeAsync();
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: fastproxy.v1\r\n")]
    [InlineData("FastProxy-Protocol: 1\r\n")]
    [InlineData("Sec-WebSocket-Protocol: fastproxy.v1\r\nFastProxy-Protocol: 2\r\n")]
    [InlineData("")]
    public async Task A_peer_that_does_not_prove_itself_is_stock(string headers)
    {
        using var gateway = new ScriptedGateway();
        var serving = gateway.ServeAsync(head => ScriptedGateway.Accept(head, headers));

        var (connection, _) = await ConnectAsync($"http://localhost:{gateway.Port}");
        gateway.Release();
        await serving;

        Assert.False(connection!.IsOurs);
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task A_refusal_carries_status_reason_request_and_the_gateways_words()
    {
        const string body = """{"error":{"code":"policy_denied","message":"no policy admits this token\nand more","request_id":"r9"}}""";
        var failure = await RefusedAsync($"HTTP/1.1 403 Forbidden\r\nContent-Length: {body.Length}\r\nCf-Access-Error: policy_denied\r\nFastProxy-Request: r7\r\nCf-Ray: ray\r\n\r\n{body}");

        Assert.Equal((ConnectStage.Refused, 403, "policy_denied", "r7"), (failure.Stage, failure.Status, failure.Reason, failure.Request));
        Assert.Equal("403 no policy admits this token", failure.Message);
    }

    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\n<html", ConnectStage.Refused, "502 Bad Gateway")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ConnectStage.Handshake, "the server answered 200 OK instead of upgrading to a WebSocket")]
    [InlineData("HTTP/1.1 301 Moved\r\nLocation: https://x/\r\nContent-Length: 0\r\n\r\n", ConnectStage.Handshake, "the server answered 301 Moved, and redirects are not followed")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", ConnectStage.Handshake, "the answer is not HTTP/1.1")]
    [InlineData("", ConnectStage.Handshake, "the server closed the connection before it answered")]
    public async Task Other_answers_are_told_apart(string answer, ConnectStage stage, string message)
    {
        var failure = await RefusedAsync(answer);

        Assert.Equal((stage, message), (failure.Stage, failure.Message));
    }

    [Theory]
    [InlineData("https://team.cloudflareaccess.com/cdn-cgi/access/login/app?kid=1")]
    [InlineData("/cdn-cgi/access/login/app")]
    public async Task A_login_page_is_never_followed(string location)
    {
        var failure = await RefusedAsync($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");

        Assert.True(failure.LoginDemanded);
        Assert.Contains("a login was demanded", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_server_trips_the_time_out()
    {
        using var gateway = new ScriptedGateway();
        var time = new ManualTime();
        var serving = gateway.ServeAsync(_ =>
        {
            time.Advance(TimeSpan.FromMilliseconds(300));
            return "HTTP/1.1 403";
        });

        var (_, failure) = await ConnectAsync($"http://localhost:{gateway.Port}", timeout: TimeSpan.FromMilliseconds(300), time: time);

        Assert.Equal((ConnectStage.Handshake, "no answer to the request within 0.3 s (--connect-timeout)"), (failure!.Stage, failure.Message));
        gateway.Release();
        await serving;
    }

    [Theory]
    [InlineData("app.test", null)]
    [InlineData("app.test", "app.test")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    public async Task Tls_checks_the_name_and_sends_it_unless_it_is_an_address(string name, string? sni)
    {
        using var certificates = new TestCertificates();
        using var certificate = certificates.Issue(name);
        using var gateway = new ScriptedGateway(certificate);
        var serving = gateway.ServeAsync(head => ScriptedGateway.Accept(head));

        var (connection, failure) = await ConnectAsync(
            sni is null ? $"app.test:{gateway.Port}" : $"{name}:{gateway.Port}", certificates.AuthorityFile,
            connectTo: name == "127.0.0.1" ? null : $"app.test:{gateway.Port}:127.0.0.1");
        gateway.Release();
        await serving;

        Assert.Null(failure?.Message);
        Assert.Equal(name == "127.0.0.1" ? string.Empty : "app.test", gateway.ServerName ?? string.Empty);
        await connection!.DisposeAsync();
    }

    [Theory]
    [InlineData("other.test", -1, 1, true, "the certificate is for other.test, not for app.test", null)]
    [InlineData("app.test", -9, -1, true, "the certificate expired on ", "clock")]
    [InlineData("app.test", 1, 9, true, "the certificate is not valid before ", "clock")]
    [InlineData("app.test", -1, 1, false, "the certificate was issued by an unknown authority (CN=FastProxy test authority)", "--ca-file")]
    public async Task A_bad_certificate_says_what_is_bad(string name, int from, int to, bool trusted, string message, string? nextStep)
    {
        using var certificates = new TestCertificates();
        using var other = new TestCertificates();
        using var certificate = certificates.Issue(name, from, to);
        using var gateway = new ScriptedGateway(certificate);
        var serving = gateway.ServeAsync(head => ScriptedGateway.Accept(head));

        var (_, failure) = await ConnectAsync(
            $"app.test:{gateway.Port}", (trusted ? certificates : other).AuthorityFile, connectTo: $"app.test:{gateway.Port}:127.0.0.1");
        gateway.Release();
        await serving;

        Assert.Equal(ConnectStage.Tls, failure!.Stage);
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.Contains(nextStep ?? string.Empty, failure.NextStep ?? string.Empty, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_the_hostname_behind_another_address_leads_to_the_form_that_takes_it()
    {
        using var certificates = new TestCertificates();
        using var certificate = certificates.Issue("app.test");
        using var gateway = new ScriptedGateway(certificate);
        var serving = gateway.ServeAsync(head => ScriptedGateway.Accept(head));

        var (_, failure) = await ConnectAsync("app.test", certificates.AuthorityFile, connectTo: $"127.0.0.1:{gateway.Port}");
        gateway.Release();
        await serving;

        Assert.Equal("the certificate is for app.test, not for 127.0.0.1", failure!.Message);
        Assert.Equal($"--connect-to app.test:{gateway.Port}:127.0.0.1 checks it against the hostname.", failure.NextStep);
    }

    [Fact]
    public async Task A_server_without_tls_is_named_as_such()
    {
        using var gateway = new ScriptedPlainServer("HTTP/1.1 400 Bad Request\r\n\r\n");

        var (_, failure) = await ConnectAsync($"127.0.0.1:{gateway.Port}");

        Assert.Equal((ConnectStage.Tls, "what answers there does not speak TLS"), (failure!.Stage, failure.Message));
    }

    [Fact]
    public async Task Cancellation_is_its_own_failure()
    {
        using var gateway = new ScriptedGateway();
        using var cancellation = new CancellationTokenSource();
        var serving = gateway.ServeAsync(_ =>
        {
            cancellation.Cancel();
            return "HTTP/1.1 403";
        });

        var (_, failure) = await ConnectAsync($"http://localhost:{gateway.Port}", cancellationToken: cancellation.Token);
        gateway.Release();
        await serving;

        Assert.Equal(ConnectStage.Cancelled, failure!.Stage);
    }

    [Fact]
    public void Roots_that_cannot_be_used_are_errors_with_the_knobs_name()
    {
        var empty = Path.GetTempFileName();
        Assert.Equal("ca_file /nope does not exist", TrustRoots.Load("/nope", "ca_file", _ => null, out _));
        Assert.Equal($"--ca-file {empty} holds no certificate", TrustRoots.Load(empty, "--ca-file", _ => null, out _));
        Assert.Equal("SSL_CERT_FILE /nope does not exist", TrustRoots.Load(null, "--ca-file", name => name == "SSL_CERT_FILE" ? "/nope" : null, out _));
        Assert.Equal("SSL_CERT_DIR /nope does not exist", TrustRoots.Load(null, "--ca-file", name => name == "SSL_CERT_DIR" ? "/nope" : null, out _));
        File.Delete(empty);
    }

    private static async Task<ConnectFailure> RefusedAsync(string answer)
    {
        using var gateway = new ScriptedGateway();
        var serving = gateway.ServeAsync(_ => answer);
        var (connection, failure) = await ConnectAsync($"http://localhost:{gateway.Port}");
        gateway.Release();
        await serving;
        Assert.Null(connection);
        return failure!;
    }

    private static async Task<ConnectResult> ConnectAsync(
        string hostname,
        string? caFile = null,
        string? connectTo = null,
        ClientCredential? credential = null,
        TimeSpan? timeout = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        Assert.True(AppUrl.TryParse(hostname, PlainHttp.Loopback, out var app, out _));
        Assert.Null(TrustRoots.Load(caFile, "--ca-file", _ => null, out var roots));
        ConnectOverride.TryParse(connectTo, out var target);
        var dialer = new ProxyDialer(new Dialer(DialerOptions.Default with { ConnectTimeout = timeout ?? s_patience }, time ?? TimeProvider.System), ProxySettings.None);
        var connector = new GatewayConnector(dialer, roots!, timeout ?? s_patience, time ?? TimeProvider.System) { TimeoutSetting = "--connect-timeout" };
        return await connector.ConnectAsync(
            new GatewayRequest { App = app, ConnectTo = target, Credential = credential ?? ClientCredential.None, UserAgent = "test/1" }, cancellationToken);
    }
}
