using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Transport.Splicing;

/// <summary>
/// Both halves of a tunnel over loopback sockets, after the upgrade: App ↔ client splice ↔ wire ↔ gateway splice ↔ Origin.
/// </summary>
internal sealed class Tunnel : IAsyncDisposable
{
    private static readonly X509Certificate2 s_certificate = CreateCertificate();
    private readonly CancellationTokenSource _gatewayEnded = new();

    private Tunnel(Socket app, Socket origin)
    {
        App = app;
        Origin = origin;
    }

    /// <summary>The socket a local program holds.</summary>
    public Socket App { get; }

    /// <summary>The socket the origin's server holds.</summary>
    public Socket Origin { get; }

    public Task<SpliceOutcome> Client { get; private set; } = null!;

    public Task<SpliceOutcome> Gateway { get; private set; } = null!;

    /// <summary>Starts one.</summary>
    /// <param name="mode">What is spoken between the halves.</param>
    /// <param name="clientOptions">The client's time limits and its clock.</param>
    /// <param name="gatewayOptions">The gateway's time limits and its clock.</param>
    /// <param name="wire">Makes the connection between the halves, the client's end first; null for one over loopback.</param>
    /// <param name="originLeg">Makes the connection between gateway and origin, the gateway's end first; null for one over loopback.</param>
    public static async Task<Tunnel> StartAsync(
        SpliceMode mode,
        SpliceOptions? clientOptions = null,
        SpliceOptions? gatewayOptions = null,
        Func<Task<(Socket A, Socket B)>>? wire = null,
        Func<Task<(Socket A, Socket B)>>? originLeg = null)
    {
        var (app, clientLocal) = await ConnectAsync();
        var (gatewayOrigin, origin) = await (originLeg ?? ConnectAsync)();
        var (clientWire, gatewayWire) = await (wire ?? ConnectAsync)();
        var tunnel = new Tunnel(app, origin);
        var (clientClock, gatewayClock) = ((clientOptions ?? SpliceOptions.Default).TimeProvider, (gatewayOptions ?? SpliceOptions.Default).TimeProvider);
        var tls = mode is SpliceMode.OursTls or SpliceMode.StockTls;
        var (clientConnection, gatewayConnection) = tls ? await SecureAsync(clientWire, gatewayWire) : (Plain(clientWire), Plain(gatewayWire));
        var ours = mode is SpliceMode.Ours or SpliceMode.OursUnmasked or SpliceMode.OursTls;
        SpliceEnd clientEnd = ours
            ? new ClientStream(clientConnection, zeroMask: mode != SpliceMode.Ours, clientClock).BeginOpened(last: true)
            : new WebSocketEnd(clientConnection, PeerRole.Client, KeepAliveKind.Data, clientClock);
        var gatewayStream = ours ? new GatewayStream(gatewayConnection, gatewayClock) : null;
        SpliceEnd gatewayEnd = ours
            ? gatewayStream!.BeginOpened()
            : new WebSocketEnd(gatewayConnection, PeerRole.Server, KeepAliveKind.Ping, gatewayClock);
        tunnel.Client = Splice.RunAsync(new SocketEnd(clientLocal, ReasonCode.ClientReset), clientEnd, clientOptions ?? SpliceOptions.Default, null, CancellationToken.None);
        tunnel.Gateway = ServeAsync(
            gatewayStream,
            Splice.RunAsync(new SocketEnd(gatewayOrigin, ReasonCode.OriginReset), gatewayEnd, gatewayOptions ?? SpliceOptions.Default, () => ReasonCode.Revoked, tunnel._gatewayEnded.Token));
        return tunnel;
    }

    public static async Task<(Socket A, Socket B)> ConnectAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var a = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await a.ConnectAsync(listener.LocalEndPoint!);
        return (a, await listener.AcceptAsync());
    }

    /// <summary>Ends the session from outside, as a revocation does.</summary>
    public void Revoke() => _gatewayEnded.Cancel();

    public async ValueTask DisposeAsync()
    {
        App.Dispose();
        Origin.Dispose();
        await Task.WhenAll(Client, Gateway).WaitAsync(TimeSpan.FromSeconds(60));
        _gatewayEnded.Dispose();
    }

    private static async Task<SpliceOutcome> ServeAsync(GatewayStream? stream, Task<SpliceOutcome> splice)
    {
        var outcome = await splice;
        if (stream is not null)
        {
            Assert.Null(await stream.WaitForOpenAsync());
            await stream.CloseAsync();
        }

        return outcome;
    }

    private static SpliceEnd Plain(Socket socket) => new SocketEnd(socket, ReasonCode.StreamLost);

    private static async Task<(SpliceEnd Client, SpliceEnd Gateway)> SecureAsync(Socket client, Socket gateway)
    {
        var clientStream = new SocketStream(client);
        var gatewayStream = new SocketStream(gateway);
        clientStream.ReadInRecords();
        gatewayStream.ReadInRecords();
        var clientTls = new SslStream(clientStream, true, (_, _, _, _) => true);
        var gatewayTls = new SslStream(gatewayStream, true);
        await Task.WhenAll(
            clientTls.AuthenticateAsClientAsync("localhost"),
            gatewayTls.AuthenticateAsServerAsync(s_certificate));
        return (new TlsEnd(clientTls, clientStream, ReasonCode.StreamLost), new TlsEnd(gatewayTls, gatewayStream, ReasonCode.StreamLost));
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
