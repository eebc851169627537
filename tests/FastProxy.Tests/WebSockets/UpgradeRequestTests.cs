using System.Buffers;
using System.Text;
using FastProxy.WebSockets;

namespace FastProxy.Tests.WebSockets;

public sealed class UpgradeRequestTests
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    [Fact]
    public void Is_written_in_the_order_of_established_clients()
    {
        var request = new UpgradeRequest(
            "/path?q=1",
            "ssh.lab.test:8443",
            Key,
            Headers(("X-Foo", "bar"), ("Cf-Access-Client-Id", "abc.access"), ("User-Agent", "agent/1"), ("x-foo", "baz"), ("cf-access-client-secret", "sekrit")),
            "fastproxy.v1");
        Assert.Equal(
            """
            GET /path?q=1 HTTP/1.1
            Host: ssh.lab.test:8443
            User-Agent: agent/1
            Cf-Access-Client-Id: abc.access
            cf-access-client-secret: sekrit
            Connection: Upgrade
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Sec-WebSocket-Protocol: fastproxy.v1
            Sec-WebSocket-Version: 13
            Upgrade: websocket
            X-Foo: bar
            x-foo: baz


            """.ReplaceLineEndings("\r\n"),
            Written(request));
    }

    [Fact]
    public void Offers_no_subprotocol_by_itself()
    {
        var request = new UpgradeRequest("/", "h", Key);
        Assert.Null(request.SubProtocol);
        Assert.DoesNotContain("Protocol", Written(request), StringComparison.Ordinal);
    }

    [Fact]
    public void A_subprotocol_header_replaces_the_offer()
    {
        var request = new UpgradeRequest("/", "h", Key, Headers(("sec-websocket-protocol", "chat, superchat")), "fastproxy.v1");
        Assert.Equal("chat, superchat", request.SubProtocol);
        Assert.Contains("\r\nSec-WebSocket-Protocol: chat, superchat\r\n", Written(request), StringComparison.Ordinal);
        Assert.DoesNotContain("fastproxy", Written(request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("  padded\t", "padded")]
    [InlineData("a\r\nInjected: b", "a  Injected: b")]
    [InlineData("a\n", "a")]
    [InlineData("\r\n", "")]
    [InlineData("grün", "grün")]
    public void Line_ends_in_values_become_spaces(string value, string expected) =>
        Assert.Contains($"\r\nX: {expected}\r\n", Written(new UpgradeRequest("/", "h", Key, Headers(("X", value)))), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:")]
    [InlineData("a\r\nb")]
    [InlineData("ä")]
    [InlineData("Host")]
    [InlineData("connection")]
    [InlineData("UPGRADE")]
    [InlineData("Sec-WebSocket-Key")]
    [InlineData("Sec-WebSocket-Version")]
    [InlineData("Sec-WebSocket-Extensions")]
    [InlineData("Content-Length")]
    [InlineData("Transfer-Encoding")]
    public void Refuses_header_names_that_break_the_request(string name) =>
        Assert.Throws<ArgumentException>(() => new UpgradeRequest("/", "h", Key, Headers((name, "v"))));

    [Theory]
    [InlineData("secret\0value")]
    [InlineData("secret\u001bvalue")]
    [InlineData("secret\u007fvalue")]
    public void Refuses_control_characters_without_telling_the_value(string value)
    {
        var error = Assert.Throws<ArgumentException>(() => new UpgradeRequest("/", "h", Key, Headers(("X-Secret", value))));
        Assert.Contains("X-Secret", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("path")]
    [InlineData("/a b")]
    [InlineData("/a\r\nX: y")]
    [InlineData("/a#b")]
    [InlineData("/ä")]
    public void Refuses_targets_that_break_the_request_line(string target) => Assert.Throws<ArgumentException>(() => new UpgradeRequest(target, "h", Key));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\r\nX: y")]
    [InlineData("a/b")]
    [InlineData("user@h")]
    [InlineData("h,h2")]
    public void Refuses_hosts_that_are_none(string host) => Assert.Throws<ArgumentException>(() => new UpgradeRequest("/", host, Key));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a,,b")]
    [InlineData("a\r\nX: y")]
    public void Refuses_subprotocols_that_are_none(string offer) => Assert.Throws<ArgumentException>(() => new UpgradeRequest("/", "h", Key, null, offer));

    [Fact]
    public void Refuses_a_key_that_is_none() => Assert.Throws<ArgumentException>(() => new UpgradeRequest("/", "h", "key"));

    [Theory]
    [InlineData("[::1]:8080")]
    [InlineData("127.0.0.1")]
    [InlineData("name:1")]
    public void Takes_names_and_addresses_as_host(string host) =>
        Assert.Contains($"\r\nHost: {host}\r\n", Written(new UpgradeRequest("/", host, Key)), StringComparison.Ordinal);

    private static IEnumerable<KeyValuePair<string, string>> Headers(params (string Name, string Value)[] headers) =>
        headers.Select(header => KeyValuePair.Create(header.Name, header.Value));

    private static string Written(UpgradeRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        request.WriteTo(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
