using System.Net;
using System.Net.Sockets;
using System.Text;
using FastProxy.Access.Policies;
using FastProxy.Testing.Peers;

namespace FastProxy.Tests.Gateway;

public sealed class ProxyProtocolTests
{
    private const string Host = "app.example.com";
    private static readonly IPNetwork s_loopback = IPNetwork.Parse("127.0.0.0/8");

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 127.0.0.1 5000 443\r\n", "HTTP/1.1 101 ")]
    [InlineData("PROXY TCP4 198.51.100.7 127.0.0.1 5000 443\r\n", "HTTP/1.1 403 ")]
    [InlineData("PROXY UNKNOWN\r\n", "HTTP/1.1 401 ")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000c\u00c0\0\u0002\u0007\u007f\0\0\u0001\u0001\u0001\u0001\u0001", "HTTP/1.1 101 ")]
    public async Task Rules_see_the_address_in_the_header(string header, string status)
    {
        await using var origin = new EchoPeer();
        await using var gateway = await GatewayFixture.StartAsync(trustedProxies: [s_loopback], proxyProtocol: true);
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.Bypass, new IpRule(IPNetwork.Parse("192.0.2.0/24")));
        using var socket = await gateway.ConnectAsync();
        await socket.SendAsync(Encoding.Latin1.GetBytes(header + GatewayFixture.Upgrade(Host)));
        var answer = new byte[1024];
        var count = await socket.ReceiveAsync(answer).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.StartsWith(status, Encoding.Latin1.GetString(answer, 0, count), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "PROXY TCP4 192.0.2.7 127.0.0.1 5000 443\r\n")]
    public async Task Without_the_header_or_without_the_right_to_it_nothing_is_answered(bool trusted, string header)
    {
        await using var gateway = await GatewayFixture.StartAsync(trustedProxies: [trusted ? s_loopback : IPNetwork.Parse("192.0.2.0/24")], proxyProtocol: true);

        // The reset may come before the client has looked at its own connect.
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var socket = await gateway.ConnectAsync();
            await socket.SendAsync(Encoding.Latin1.GetBytes(header + GatewayFixture.Upgrade(Host)));
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1024]).WaitAsync(TimeSpan.FromSeconds(60)));
        });
    }
}
