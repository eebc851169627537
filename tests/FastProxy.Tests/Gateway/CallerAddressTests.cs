using System.Net;
using FastProxy.Gateway;
using FastProxy.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace FastProxy.Tests.Gateway;

public sealed class CallerAddressTests
{
    private static readonly GatewayOptions s_options = new()
    {
        DataDirectory = "/",
        Listeners = [],
        Limits = GatewayFixture.Limits,
        TrustedProxies = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::/32")],
    };

    [Theory]
    [InlineData("198.51.100.1", null, "198.51.100.1")]
    [InlineData("::ffff:198.51.100.1", null, "198.51.100.1")]
    [InlineData("198.51.100.1", "192.0.2.7", "198.51.100.1")]
    [InlineData("10.0.0.1", "192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7")]
    [InlineData("10.0.0.1", "203.0.113.1, 192.0.2.7", "192.0.2.7")]
    [InlineData("10.0.0.1", "203.0.113.1,192.0.2.7 ,10.9.9.9,\t2001:db8::1", "192.0.2.7")]
    [InlineData("10.0.0.1", "192.0.2.7|10.0.0.2", "192.0.2.7")]
    [InlineData("10.0.0.1", "192.0.2.7|198.51.100.1", "198.51.100.1")]
    [InlineData("2001:db8::5", "2606:4700::1", "2606:4700::1")]
    [InlineData("10.0.0.1", "[2606:4700::1]", "2606:4700::1")]
    [InlineData("10.0.0.1", "[2606:4700::1]:4711", "2606:4700::1")]
    [InlineData("10.0.0.1", "192.0.2.7:4711", "192.0.2.7")]
    [InlineData("10.0.0.1", "::ffff:192.0.2.7", "192.0.2.7")]
    public void The_caller_is_the_last_address_that_is_no_trusted_proxy(string peer, string? header, string expected)
    {
        Assert.Equal(IPAddress.Parse(expected), Of(peer, header));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("10.0.0.2")]
    [InlineData("unknown")]
    [InlineData("192.0.2.7,")]
    [InlineData("192.0.2.7, unknown")]
    [InlineData("192.0.2.7, unknown, 10.0.0.2")]
    [InlineData("192.0.2.7|")]
    [InlineData("192.0.2.07")]
    [InlineData("192.0.519")]
    [InlineData("3221225991")]
    [InlineData("0xc0.0.2.7")]
    [InlineData("192.0.2.7:")]
    [InlineData("192.0.2.7:x")]
    [InlineData("192.0.2.7:65536")]
    [InlineData("[192.0.2.7]")]
    [InlineData("[2606:4700::1")]
    [InlineData("[2606:4700::1]4711")]
    [InlineData("[[2606:4700::1]]")]
    [InlineData("2606:4700::1/64")]
    [InlineData("fe80::1%eth0")]
    [InlineData("\"192.0.2.7\"")]
    public void A_trusted_proxy_that_says_nothing_well_formed_leaves_the_caller_unknown(string? header)
    {
        Assert.Null(Of("10.0.0.1", header));
    }

    /// <summary>A bar separates header lines.</summary>
    private static IPAddress? Of(string peer, string? header)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        if (header is not null)
        {
            context.Request.Headers[CallerAddress.Header] = header.Split('|');
        }

        return CallerAddress.Of(context, s_options);
    }
}
