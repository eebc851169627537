using System.Net;
using System.Net.Sockets;
using System.Text;
using FastProxy.Testing;
using FastProxy.Transport.Dialing;

namespace FastProxy.Tests.Transport.Dialing;

public sealed class ProxyDialerTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Connect_carries_target_and_basic_credentials_and_yields_the_tunnel()
    {
        using var proxy = new ScriptedPeer();
        var serving = proxy.ServeAsync(async (peer, head) =>
        {
            await peer.SendAsync("HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"u8.ToArray());
            await peer.ReceiveAsync(new byte[1]);
            await peer.SendAsync("hello"u8.ToArray());
        });

        using var socket = await DialAsync($"http://me:pa%3Ass@127.0.0.1:{proxy.Port}", "gw.example.com", 443);
        var greeting = new byte[5];
        await socket.SendAsync(new byte[1]);
        await socket.ReceiveAsync(greeting);
        var head = await serving;

        Assert.Equal(
            "CONNECT gw.example.com:443 HTTP/1.1\r\nHost: gw.example.com:443\r\nProxy-Authorization: Basic "
            + Convert.ToBase64String("me:pa:ss"u8) + "\r\n\r\n",
            head);
        Assert.Equal("hello", Encoding.ASCII.GetString(greeting));
    }

    [Theory]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "refused: HTTP/1.1 407 Proxy Authentication Required")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n", "refused: SSH-2.0-OpenSSH_9.2")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello", "sent bytes ahead of the tunnel")]
    [InlineData("", "closed the connection without an answer")]
    public async Task A_refusal_shows_the_proxys_words_and_no_password(string answer, string expected)
    {
        using var proxy = new ScriptedPeer();
        var serving = proxy.ServeAsync((peer, _) => peer.SendAsync(Encoding.ASCII.GetBytes(answer)));

        var result = await TryDialAsync($"http://me:topsecret@127.0.0.1:{proxy.Port}", "gw.example.com", 443);
        await serving;

        Assert.Equal(DialError.ProxyRefused, result.Error);
        Assert.Equal($"cannot connect to gw.example.com:443: the proxy 127.0.0.1:{proxy.Port} {expected}", result.Message);
    }

    [Fact]
    public async Task A_silent_proxy_is_bounded_by_the_time_out()
    {
        using var proxy = new ScriptedPeer();
        var time = new ManualTime();
        var serving = proxy.ServeAsync(async (peer, _) =>
        {
            time.Advance(s_timeout);
            await peer.ReceiveAsync(new byte[1]);
        });

        var result = await TryDialAsync($"http://127.0.0.1:{proxy.Port}", "gw.example.com", 443, time);
        await serving;

        Assert.Equal(DialError.TimedOut, result.Error);
        Assert.Equal($"cannot connect to gw.example.com:443: the proxy 127.0.0.1:{proxy.Port} did not answer in time", result.Message);
    }

    [Fact]
    public async Task A_dead_proxy_is_named()
    {
        // Bound and never listening: whoever connects is refused, and nobody else can take the port.
        using var dead = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        dead.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)dead.LocalEndPoint!).Port;

        var result = await TryDialAsync($"http://127.0.0.1:{port}", "gw.example.com", 443);

        Assert.Equal((DialError.Refused, $"the proxy: cannot connect to 127.0.0.1:{port}: connection refused"), (result.Error, result.Message));
    }

    [Theory]
    [InlineData(null, "050100")]
    [InlineData("me:pw", "05020002 01026d65027077")]
    public async Task Socks_resolves_at_the_proxy_and_authenticates_when_asked(string? userInfo, string expected)
    {
        using var proxy = new ScriptedPeer();
        var serving = proxy.ServeSocksAsync(userInfo is null ? (byte)0 : (byte)2, "05000001 00000000 0000");

        using var socket = await DialAsync($"socks5://{(userInfo is null ? "" : userInfo + "@")}127.0.0.1:{proxy.Port}", "gw.example.com", 443);

        var request = "05010003 0e" + Convert.ToHexStringLower("gw.example.com"u8) + "01bb";
        Assert.Equal((expected + request).Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(await serving));
        Assert.True(socket.Connected);
    }

    [Theory]
    [InlineData("05020001 00000000 0000", "refused: its rules do not allow the connection")]
    [InlineData("05050001 00000000 0000", "refused: connection refused")]
    [InlineData("05000009 00000000 0000", "answered with an unknown address type")]
    [InlineData("0500", "closed the connection without an answer")]
    public async Task A_socks_refusal_says_why(string reply, string expected)
    {
        using var proxy = new ScriptedPeer();
        var serving = proxy.ServeSocksAsync(0, reply);

        var result = await TryDialAsync($"socks5://127.0.0.1:{proxy.Port}", "gw.example.com", 443);
        await serving;

        Assert.Equal(DialError.ProxyRefused, result.Error);
        Assert.EndsWith(expected, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unusable_proxy_is_an_error_and_not_a_direct_connection()
    {
        var result = await TryDialAsync("ftp://me:topsecret@proxy.test", "gw.example.com", 443);

        Assert.Equal("HTTPS_PROXY cannot be used: only http:// and socks5:// proxies are supported", result.Message);
    }

    private static async Task<Socket> DialAsync(string proxy, string host, int port)
    {
        var result = await TryDialAsync(proxy, host, port);
        Assert.Null(result.Message);
        return result.Socket!;
    }

    private static async Task<DialResult> TryDialAsync(string proxy, string host, int port, TimeProvider? time = null)
    {
        var settings = ProxySettings.FromVariables(name => name == "HTTPS_PROXY" ? proxy : null);
        var options = new DialerOptions { ConnectTimeout = s_timeout };
        var dialer = new Dialer(options, time ?? TimeProvider.System, (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)));
        return await new ProxyDialer(dialer, settings).DialAsync(DialTarget.Tcp(host, port), CancellationToken.None);
    }
}
