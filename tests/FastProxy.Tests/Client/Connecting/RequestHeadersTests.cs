using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;

namespace FastProxy.Tests.Client.Connecting;

public sealed class RequestHeadersTests
{
    [Fact]
    public void Names_go_out_in_byte_order_and_repeats_are_kept()
    {
        var lines = Build(Request() with { Headers = ["x-foo: bar", "X-Foo : baz", "no colon", "a-b:  c "], Destination = "10.0.0.5:22", Credential = Service() });

        Assert.Equal(
            [
                "A-B: c", "Cf-Access-Client-Id: id.access", "Cf-Access-Client-Secret: s3cret", "Cf-Access-Jump-Destination: 10.0.0.5:22",
                "FastProxy-Open: app=\"h.test\", destination=\"10.0.0.5:22\"", "User-Agent: fastproxy/0.1.0", "X-Foo: bar", "X-Foo: baz",
            ],
            lines);
    }

    [Fact]
    public void The_credential_user_agent_and_destination_win_over_headers_by_hand()
    {
        var lines = Build(Request() with
        {
            Stock = true,
            Headers = ["cf-access-client-id: mine", "user-agent: me", "cf-access-jump-destination: there", "Host: other", "Upgrade: h2c", "sec-websocket-key: x"],
            Destination = "10.0.0.5:22",
            Credential = Service(),
        });

        Assert.Equal(
            ["Cf-Access-Client-Id: id.access", "Cf-Access-Client-Secret: s3cret", "Cf-Access-Jump-Destination: 10.0.0.5:22", "User-Agent: fastproxy/0.1.0"],
            lines);
    }

    [Fact]
    public void An_application_token_is_one_header() =>
        Assert.Contains("Cf-Access-Token: a.b.c", Build(Request() with { Credential = new ClientCredential(null, new Secret("a.b.c")) }));

    [Theory]
    [InlineData(false, new string[0], true)]
    [InlineData(true, new string[0], false)]
    [InlineData(false, new[] { "sec-websocket-protocol: mqtt" }, false)]
    public void Offers_our_protocol_unless_told_otherwise(bool stock, string[] headers, bool expected)
    {
        var built = RequestHeaders.Build(Request() with { Stock = stock, Headers = headers }, out var offers);

        Assert.Equal(expected, offers);
        Assert.Equal(expected, built.Exists(header => header.Key == "FastProxy-Open"));
    }

    [Fact]
    public void Strings_of_the_dictionary_are_escaped() =>
        Assert.Contains(
            "FastProxy-Open: app=\"h.test\", destination=\"a\\\"b\\\\c?\"",
            Build(Request() with { Destination = "a\"b\\cé" }));

    private static GatewayRequest Request()
    {
        Assert.True(AppUrl.TryParse("h.test:8443", PlainHttp.Never, out var app, out _));
        return new GatewayRequest { App = app, UserAgent = "fastproxy/0.1.0" };
    }

    private static ClientCredential Service() => new(new ServiceCredential("id.access", new Secret("s3cret")), null);

    private static List<string> Build(GatewayRequest request) => [.. RequestHeaders.Build(request, out _).Select(header => $"{header.Key}: {header.Value}")];
}
