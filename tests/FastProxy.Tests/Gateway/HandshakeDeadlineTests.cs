using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using FastProxy.Access.Policies;
using FastProxy.Testing.Peers;
using FastProxy.Tests.Storage;

namespace FastProxy.Tests.Gateway;

/// <summary><c>limits.handshake_timeout</c>: one deadline from accept to the end of the request's head, whatever the connection does until then.</summary>
public sealed class HandshakeDeadlineTests : IDisposable
{
    private const string Host = "app.example.com";
    private const string Header = "PROXY TCP4 192.0.2.7 127.0.0.1 5000 443\r\n";

    // Of the fixture's clock, which stands still: nothing else ends a connection here.
    private static readonly TimeSpan s_timeout = GatewayFixture.Limits.HandshakeTimeout;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _authority;

    public HandshakeDeadlineTests() => _authority = new TestAuthority(_directory.Root, "ours");

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: app.exa")]
    public async Task Header_TLS_and_request_share_it(string head)
    {
        await using var gateway = await StartAsync();
        await using var stream = await ShakeHandsAsync(gateway);

        // It has begun with the connection: the handshake, which is over, has had six tenths of it.
        gateway.Time.Advance(s_timeout * 0.6);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head));
        gateway.Time.Advance(s_timeout * 0.6);

        await AssertGoneAsync(stream);
    }

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7")]
    [InlineData(Header)]
    [InlineData(Header + "\u0016\u0003\u0001")]
    public async Task It_ends_what_has_not_come_to_its_request(string start)
    {
        await using var gateway = await StartAsync();
        using var socket = await gateway.ConnectAsync();
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(start));

        // Until the gateway has accepted it, its time has not begun.
        var gone = AssertGoneAsync(stream);
        while (!gone.IsCompleted)
        {
            gateway.Time.Advance(s_timeout);
            await Task.WhenAny(gone, Task.Delay(TimeSpan.FromMilliseconds(20)));
        }

        await gone;
    }

    [Fact]
    public async Task It_does_not_count_for_what_comes_after_the_request()
    {
        await using var origin = new EchoPeer();
        await using var gateway = await StartAsync();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{origin.Port}", PolicyAction.Bypass, new EveryoneRule());
        await using var stream = await ShakeHandsAsync(gateway);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(GatewayFixture.Upgrade(Host)));
        Assert.StartsWith("HTTP/1.1 101 ", await ReadHeadAsync(stream), StringComparison.Ordinal);

        gateway.Time.Advance(s_timeout * 1.2);

        // A masked binary frame of five bytes comes back unmasked, behind the pings of all that time.
        await stream.WriteAsync(new byte[] { 0x82, 0x85, 0, 0, 0, 0, 1, 2, 3, 4, 5 });
        var frame = new byte[2];
        do
        {
            await stream.ReadExactlyAsync(frame).AsTask().WaitAsync(s_patience);
        }
        while (frame[0] == 0x89);
        var payload = new byte[5];
        await stream.ReadExactlyAsync(payload).AsTask().WaitAsync(s_patience);
        Assert.Equal([0x82, 5, 1, 2, 3, 4, 5], [.. frame, .. payload]);
    }

    private Task<GatewayFixture> StartAsync() => GatewayFixture.StartAsync(
        trustedProxies: [IPNetwork.Parse("127.0.0.0/8")], proxyProtocol: true, tls: [_authority.Server(Host, null)]);

    private static async Task<Stream> ShakeHandsAsync(GatewayFixture gateway)
    {
        var network = new NetworkStream(await gateway.ConnectAsync(), ownsSocket: true);
        await network.WriteAsync(Encoding.Latin1.GetBytes(Header));
        var tls = new SslStream(network, leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(Host).WaitAsync(s_patience);
        return tls;
    }

    private static async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one).AsTask().WaitAsync(s_patience) > 0)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    /// <summary>Reset or closed, without an answer.</summary>
    private static async Task AssertGoneAsync(Stream stream)
    {
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(s_patience));
        }
        catch (IOException)
        {
            // Reset.
        }
    }
}
