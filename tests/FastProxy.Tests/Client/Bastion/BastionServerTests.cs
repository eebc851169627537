using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastProxy.Access.Policies;
using FastProxy.Access.Tokens;
using FastProxy.Client.Bastion;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Client.Middleware;
using FastProxy.Client.Pooling;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Tests.Gateway;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Splicing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FastProxy.Tests.Client.Bastion;

public sealed class BastionServerTests
{
    private const string Host = "app.localhost";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Carries_bytes_and_half_closes_on_our_transport_and_on_kestrels(bool stockTransport)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new HalfClosePeer(received => System.Text.Encoding.ASCII.GetBytes($"{received.Length} {received.Sha256}"));
        var request = await AdmitAsync(gateway, $"tcp://127.0.0.1:{origin.Port}");
        await using var bastion = stockTransport ? await StockKestrel.StartAsync(request) : await Ours.StartAsync(request);
        for (var round = 0; round < 3; round++)
        {
            using var socket = await ConnectAsync(bastion.Address);
            var sent = RandomNumberGenerator.GetBytes(300_000);
            await socket.SendAsync(sent);
            socket.Shutdown(SocketShutdown.Send);
            var answer = await ReadToEndAsync(socket).WaitAsync(s_patience);

            Assert.Equal($"{sent.Length} {Convert.ToHexStringLower(SHA256.HashData(sent))}", System.Text.Encoding.ASCII.GetString(answer).ToLowerInvariant());
        }
    }

    [Fact]
    public async Task A_refused_connection_is_reset_and_not_just_ended()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:1", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        var nobody = Request(gateway, new string('0', 32) + ".access", new string('0', 64));
        await using var bastion = await Ours.StartAsync(nobody);
        // The reset may come before the client has looked at its own connect.
        var exception = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var socket = await ConnectAsync(bastion.Address);
            await ReadToEndAsync(socket).WaitAsync(s_patience);
        });
        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
    }

    [Fact]
    public async Task An_address_in_use_is_one_line_with_the_address()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        var token = await gateway.AddTokenAsync();
        var request = Request(gateway, token.Token.ClientId, token.Secret.Reveal());
        await using var bastion = await Ours.StartAsync(request);
        var refused = await Assert.ThrowsAsync<IOException>(() => Ours.StartAsync(new PortListener { Address = bastion.Address, Request = request }));
        Assert.Equal($"{bastion.Address} is in use by another process", refused.Message);
    }

    [Fact]
    public async Task A_refusal_is_logged_with_its_code_whoever_gave_it()
    {
        using var log = new LineLog();
        await using var gateway = await GatewayFixture.StartAsync();
        await gateway.AddApplicationAsync(Host, "tcp://127.0.0.1:9", PolicyAction.ServiceAuth, new AnyValidServiceTokenRule());
        await using (var bastion = await Ours.StartAsync(new PortListener { Address = new IPEndPoint(IPAddress.Loopback, 0), Request = Request(gateway, "nobody", "nothing") }, log))
        {
            using var refused = await KnockAsync(bastion.Address);
            Assert.Contains($"to {Host} was refused: 401 ", await log.ReadAsync("BastionSessionRefused"), StringComparison.Ordinal);
        }

        Assert.Contains("[reason=token_unknown]", log.ToString(), StringComparison.Ordinal);
        Assert.True(AppUrl.TryParse($"http://{Host}:1", PlainHttp.Loopback, out var nowhere, out _));
        var request = new GatewayRequest { App = nowhere, UserAgent = "fastproxy/test" };
        await using (var bastion = await Ours.StartAsync(new PortListener { Address = new IPEndPoint(IPAddress.Loopback, 0), Request = request }, log))
        {
            using var refused = await KnockAsync(bastion.Address);
            Assert.Matches($"to {Host} was refused: .*\\[reason=gateway_unreachable\\]", await log.ReadAsync("BastionSessionRefused"));
        }
    }

    [Fact]
    public async Task A_peer_that_allow_from_does_not_name_is_closed_unread()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        var request = await AdmitAsync(gateway, $"tcp://127.0.0.1:{origin.Port}");
        await using var bastion = await Ours.StartAsync(request, IPNetwork.Parse("192.0.2.0/24"));

        // The reset may come before the client has looked at its own connect.
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var socket = await ConnectAsync(bastion.Address);
            await ReadToEndAsync(socket).WaitAsync(s_patience);
        });
        Assert.Equal(0, origin.Accepted);
    }

    [Fact]
    public async Task A_hundred_connections_at_once_all_get_their_own_bytes_back()
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        var request = await AdmitAsync(gateway, $"tcp://127.0.0.1:{origin.Port}");
        await using var bastion = await Ours.StartAsync(request);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async n =>
        {
            using var socket = await ConnectAsync(bastion.Address);
            var sent = RandomNumberGenerator.GetBytes(1000 + n);
            await socket.SendAsync(sent);
            var received = new byte[sent.Length];
            for (var got = 0; got < received.Length;)
            {
                var count = await socket.ReceiveAsync(received.AsMemory(got));
                Assert.NotEqual(0, count);
                got += count;
            }

            Assert.Equal(sent, received);
        })).WaitAsync(s_patience);
    }

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 127.0.0.1 5000 22\r\n", true)]
    [InlineData("PROXY TCP4 198.51.100.7 127.0.0.1 5000 22\r\n", false)]
    [InlineData("PROXY UNKNOWN\r\n", false)]
    [InlineData("hello", false)]
    public async Task Behind_a_proxy_allow_from_sees_the_clients_own_address(string header, bool admitted)
    {
        await using var gateway = await GatewayFixture.StartAsync();
        await using var origin = new EchoPeer();
        var request = await AdmitAsync(gateway, $"tcp://127.0.0.1:{origin.Port}");
        await using var bastion = await Ours.StartAsync(
            new PortListener
            {
                Address = new IPEndPoint(IPAddress.Loopback, 0),
                Request = request,
                AllowFrom = [IPNetwork.Parse("192.0.2.0/24")],
                Proxies = [IPNetwork.Parse("127.0.0.0/8")],
            });
        using var socket = await ConnectAsync(bastion.Address);
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(header + "ping"));
        if (!admitted)
        {
            await Assert.ThrowsAsync<SocketException>(() => ReadToEndAsync(socket).WaitAsync(s_patience));
            return;
        }

        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("ping"u8.ToArray(), await ReadToEndAsync(socket).WaitAsync(s_patience));
    }

    private static async Task<GatewayRequest> AdmitAsync(GatewayFixture gateway, string origin)
    {
        var token = await gateway.AddTokenAsync();
        await gateway.AddApplicationAsync(Host, origin, PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        return Request(gateway, token.Token.ClientId, token.Secret.Reveal());
    }

    private static GatewayRequest Request(GatewayFixture gateway, string id, string secret)
    {
        Assert.True(AppUrl.TryParse($"http://{Host}:{gateway.Address.Port}", PlainHttp.Loopback, out var app, out var error), error);
        return new GatewayRequest { App = app, Credential = new ClientCredential(new ServiceCredential(id, new Secret(secret)), null), UserAgent = "fastproxy/test" };
    }

    /// <summary>Connects to who will reset the connection, which may be heard of before that it was made.</summary>
    private static async Task<Socket> KnockAsync(IPEndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Reset already.
        }

        return socket;
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address);
        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[65536];
        for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    private interface IRunning : IAsyncDisposable
    {
        IPEndPoint Address { get; }
    }

    private sealed class Ours(BastionServer server) : IRunning
    {
        public IPEndPoint Address => (IPEndPoint)server.Addresses[0];

        public static Task<IRunning> StartAsync(GatewayRequest request, params IPNetwork[] allowFrom) =>
            StartAsync(new PortListener { Address = new IPEndPoint(IPAddress.Loopback, 0), Request = request, AllowFrom = allowFrom });

        public static async Task<IRunning> StartAsync(PortListener listener, ILoggerFactory? loggers = null)
        {
            var server = new BastionServer(
                new BastionOptions { Listeners = [listener], Sessions = 1000 }, TrustRoots.System, ProxySettings.None, loggers ?? NullLoggerFactory.Instance, new ManualTime());
            await server.StartAsync(CancellationToken.None);
            return new Ours(server);
        }

        public async ValueTask DisposeAsync()
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await server.StopAsync(now.Token);
            await server.DisposeAsync();
        }
    }

    private sealed class StockKestrel(KestrelServer server, ListenOptions listen) : IRunning, IHttpApplication<object>
    {
        public IPEndPoint Address => listen.IPEndPoint!;

        public static async Task<IRunning> StartAsync(GatewayRequest request)
        {
            var time = new ManualTime();
            var connector = new GatewayConnector(
                new ProxyDialer(new Dialer(DialerOptions.Default, time), ProxySettings.None), TrustRoots.System, TimeSpan.FromSeconds(10), time);
            var carrier = new Carrier(connector, SpliceOptions.Default, KeepAliveKind.Data, new StreamPools(connector, StreamPoolOptions.Default, NullLogger.Instance, time));
            var options = new KestrelServerOptions { ApplicationServices = new NoServices() };
            ListenOptions? bound = null;
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.UseFastProxy(new FastProxyOptions { Carrier = carrier, Request = request, Logger = NullLogger.Instance });
                bound = listen;
            });
            var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { MaxWriteBufferSize = 1 }), NullLoggerFactory.Instance);
            var kestrel = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
            var running = new StockKestrel(kestrel, bound!);
            await kestrel.StartAsync(running, CancellationToken.None);
            return running;
        }

        public object CreateContext(IFeatureCollection contextFeatures) => this;

        public void DisposeContext(object context, Exception? exception)
        {
        }

        public Task ProcessRequestAsync(object context) => Task.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await server.StopAsync(now.Token);
            server.Dispose();
        }

        private sealed class NoServices : IServiceProvider
        {
            public object? GetService(Type serviceType) => null;
        }
    }
}
