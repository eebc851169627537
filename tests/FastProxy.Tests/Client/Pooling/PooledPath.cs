using System.Net.Sockets;
using FastProxy.Access.Policies;
using FastProxy.Client.Carrying;
using FastProxy.Client.Connecting;
using FastProxy.Client.Credentials;
using FastProxy.Client.Pooling;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Transport.Splicing;
using FastProxy.Transport.Dialing;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Client.Pooling;

/// <summary>The whole path of a session through a pool: an application's socket, the carrier, the streams, a real gateway.</summary>
internal sealed class PooledPath : IAsyncDisposable
{
    public const string Host = "app.localhost";

    private PooledPath(GatewayConnector connector, StreamPools pools, GatewayRequest request)
    {
        Connector = connector;
        Pools = pools;
        Request = request;
        Carrier = new Carrier(connector, SpliceOptions.Default, KeepAliveKind.Data, pools);
    }

    public GatewayConnector Connector { get; }

    public StreamPools Pools { get; }

    public GatewayRequest Request { get; }

    public Carrier Carrier { get; }

    public StreamPool Streams => Pools.Find(Request).Streams;

    /// <summary>
    /// A path to an application of a gateway, on streams when <paramref name="gatewayIsKnown"/>, else on what the first session finds. Without
    /// a <paramref name="time"/> its clock stands still: no ping is due, and nobody is given up, however slow the machine is.
    /// </summary>
    public static async Task<PooledPath> ToGatewayAsync(
        GatewayFixture gateway, int originPort, StreamPoolOptions options, bool gatewayIsKnown = true, int? port = null, TimeProvider? time = null)
    {
        var token = await gateway.AddTokenAsync();
        await gateway.AddApplicationAsync(Host, $"tcp://127.0.0.1:{originPort}", PolicyAction.ServiceAuth, new ServiceTokenRule(token.Token.Id));
        var credential = new ClientCredential(new ServiceCredential(token.Token.ClientId, new Secret(token.Secret.Reveal())), null);
        return To(port ?? gateway.Address.Port, credential, options, gatewayIsKnown, time);
    }

    public static PooledPath To(int port, ClientCredential credential, StreamPoolOptions options, bool gatewayIsKnown, TimeProvider? time = null)
    {
        Assert.True(AppUrl.TryParse($"http://{Host}:{port}", PlainHttp.Loopback, out var app, out var error), error);
        Assert.True(AppUrl.TryParse($"http://localhost:{port}", PlainHttp.Loopback, out var url, out error), error);
        time ??= new ManualTime();
        var connector = new GatewayConnector(
            new ProxyDialer(new Dialer(DialerOptions.Default with { ConnectTimeout = TimeSpan.FromMinutes(1) }, time), ProxySettings.None), TrustRoots.System, TimeSpan.FromMinutes(1), time);
        var request = new GatewayRequest { App = app, Gateway = gatewayIsKnown ? url : null, Credential = credential, UserAgent = "fastproxy/test" };
        return new PooledPath(connector, new StreamPools(connector, options, NullLogger.Instance, time), request);
    }

    /// <summary>Begins a session; its application's socket comes back at once.</summary>
    public async Task<(Socket App, Task<CarrierOutcome> Outcome)> BeginAsync(bool ahead = true)
    {
        var (app, local) = await Tunnel.ConnectAsync();
        return (app, CarryAsync());

        async Task<CarrierOutcome> CarryAsync()
        {
            // As the middleware does: what is refused before its local end was opened is closed by whoever accepted it.
            using (local)
            {
                return await Carrier.CarryAsync(Request, _ => new SocketEnd(local, ReasonCode.ClientReset), ahead, static () => ReasonCode.Shutdown, CancellationToken.None);
            }
        }
    }

    /// <summary>Runs a session that sends, ends its direction, and reads to the end.</summary>
    public async Task<(byte[] Received, CarrierOutcome Outcome)> ExchangeAsync(ReadOnlyMemory<byte> sent)
    {
        var (app, outcome) = await BeginAsync();
        using (app)
        {
            using var all = new MemoryStream();
            try
            {
                var receiving = ReadToEndAsync(app, all);
                for (var left = sent; !left.IsEmpty;)
                {
                    left = left[await app.SendAsync(left)..];
                }

                app.Shutdown(SocketShutdown.Send);
                await receiving;
            }
            catch (SocketException)
            {
                // Reset, because the session was: its outcome says why.
            }

            return (all.ToArray(), await outcome.WaitAsync(TimeSpan.FromSeconds(60)));
        }
    }

    public ValueTask DisposeAsync() => Pools.DisposeAsync();

    private static async Task ReadToEndAsync(Socket socket, MemoryStream all)
    {
        var buffer = new byte[64 * 1024];
        for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
        {
            all.Write(buffer, 0, count);
        }
    }
}
