using System.Net.Sockets;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Dialing;

namespace FastProxy.Tests.Client.Connecting;

public sealed class MaskTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gateway_on_loopback_gets_zero_keys_unless_asked_otherwise(bool random)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var accepting = listener.AcceptSocketAsync();
        var connector = new GatewayConnector(
            new ProxyDialer(new Dialer(DialerOptions.Default, TimeProvider.System), ProxySettings.None), TrustRoots.System, s_patience, TimeProvider.System)
        {
            RandomMasks = random,
        };
        Assert.True(AppUrl.TryParse($"http://localhost:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}", PlainHttp.Loopback, out var url, out _));
        var connecting = connector.ConnectAsync(new GatewayRequest { App = url, UserAgent = "test/1" }, CancellationToken.None);
        using var gateway = await accepting.WaitAsync(s_patience);
        var head = new byte[4096];
        var count = await gateway.ReceiveAsync(head).WaitAsync(s_patience);
        await gateway.SendAsync(System.Text.Encoding.ASCII.GetBytes(ScriptedGateway.Accept(
            System.Text.Encoding.ASCII.GetString(head, 0, count), "Sec-WebSocket-Protocol: fastproxy.v1\r\nFastProxy-Protocol: 1\r\n")));
        var (connection, failure) = await connecting.WaitAsync(s_patience);
        Assert.Null(failure);

        var stream = connection!.OpenStream(TimeProvider.System);
        await stream.PingAsync();
        var frame = new byte[64];
        for (var got = 0; got < 6;)
        {
            var more = await gateway.ReceiveAsync(frame.AsMemory(got)).AsTask().WaitAsync(s_patience);
            Assert.NotEqual(0, more);
            got += more;
        }

        // RFC 6455 5.2: MASK is set either way, and the key follows a short length. One key in four billion is zero by chance.
        Assert.Equal(0x80, frame[1] & 0x80);
        Assert.Equal(random, BitConverter.ToUInt32(frame, 2) != 0);
        stream.Abort();
        await stream.CloseAsync();
    }
}
