using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Stock;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>Every shape of a session from a port of a bastion, over its pool, to an edge that speaks plain WebSocket and has no half-close.</summary>
public sealed class StockEdgeTests : IDisposable
{
    private const string Host = "edge.test.localhost";

    private readonly TempDirectory _directory = new();
    private readonly TestCertificates _certificates;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));

    public StockEdgeTests() => _certificates = TestCertificates.Create(_directory);

    public void Dispose()
    {
        _limit.Dispose();
        _certificates.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task CarriesEveryLengthBothWaysAndWaitsForWhatIsInFlight()
    {
        await using var origin = new EchoPeer();
        await using var edge = Edge(origin);
        await using var bastion = Start(edge);
        var port = await PortAsync(bastion);
        foreach (var length in (int[])[1, 125, 126, 16_383, 16_384, 16_385, 65_535, 65_536, 1_000_003])
        {
            using var socket = await ConnectAsync(port);
            var bytes = new SeededBytes(length);
            var receiving = ReceivedBytes.ReadToEndAsync(socket, _limit.Token);
            await RandomChunks.SendAsync(socket, bytes, length, new Random(length), _limit.Token);

            // The edge is told nothing of it: what is on its way back arrives all the same.
            socket.Shutdown(SocketShutdown.Send);
            Assert.Equal(new ReceivedBytes(length, bytes.Sha256(length)), await receiving);
        }

        Assert.Equal((0L, 0, 0), (edge.Lost, edge.Texts, edge.Pings));
    }

    [Fact]
    public async Task CarriesBothDirectionsAtOnce()
    {
        const long Length = 32 << 20;
        await using var origin = new ExchangePeer(new SeededBytes(8), Length, Length);
        await using var edge = Edge(origin);
        await using var bastion = Start(edge);
        using var socket = await ConnectAsync(await PortAsync(bastion));

        var receiving = ReceivedBytes.ReadToEndAsync(socket, _limit.Token);
        await RandomChunks.SendAsync(socket, new SeededBytes(9), Length, new Random(2), _limit.Token);

        Assert.Equal(new ReceivedBytes(Length, new SeededBytes(9).Sha256(Length)), await origin.Received.WaitAsync(_limit.Token));
        Assert.Equal(new ReceivedBytes(Length, new SeededBytes(8).Sha256(Length)), await receiving);
        Assert.Equal(0, edge.Lost);
    }

    [Fact]
    public async Task EndsWhenTheOriginEnds()
    {
        await using var origin = new SourcePeer(new SeededBytes(4), 1 << 20);
        await using var edge = Edge(origin);
        await using var bastion = Start(edge);
        using var socket = await ConnectAsync(await PortAsync(bastion));

        Assert.Equal(new ReceivedBytes(1 << 20, new SeededBytes(4).Sha256(1 << 20)), await ReceivedBytes.ReadToEndAsync(socket, _limit.Token));
    }

    [Fact]
    public async Task EndsWhenTheOriginEndsThoughStandardInputHasMoreToCome()
    {
        await using var origin = new SourcePeer(new SeededBytes(4), 1 << 20);
        await using var edge = Edge(origin);
        await using var bastion = Start(edge);
        await PortAsync(bastion);
        await using var client = PublishedBinary.Start(["connect", "--agent", _directory["bastion.sock"], Host]);

        var result = await client.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((0, ""), (result.ExitCode, result.ErrorText));
        Assert.Equal(new SeededBytes(4).ToArray(1 << 20), result.Output);
    }

    [Fact]
    public async Task EndsAtTheOriginAfterTheLocalEnd()
    {
        await using var origin = new WitnessPeer();
        await using var edge = Edge(origin);
        await using var bastion = Start(edge);
        using var socket = await ConnectAsync(await PortAsync(bastion));

        var receiving = ReceivedBytes.ReadToEndAsync(socket, _limit.Token);
        await socket.SendAllAsync(new byte[1000], _limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(1000, (await receiving).Length);
        Assert.Equal(ConnectionEnd.Fin, await origin.Ended.WaitAsync(_limit.Token));
    }

    [Fact]
    public async Task TellsTheOriginThatItsClientIsGone()
    {
        await using var origin = new WitnessPeer();
        await using var edge = Edge(origin);
        await using var bastion = Start(edge);
        var socket = await ConnectAsync(await PortAsync(bastion));

        await socket.SendAllAsync(new byte[1000], _limit.Token);
        await new NetworkStream(socket).ReadExactlyAsync(new byte[1000], _limit.Token);
        socket.Reset();

        await origin.Ended.WaitAsync(_limit.Token);
        await bastion.WaitForErrorAsync(new Regex("ended: client_reset"), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task TellsTheLocalSideOfAnEndThatIsNoneInOrder()
    {
        await using var origin = new ResetPeer(1000);
        await using var edge = Edge(origin);
        await using var bastion = Start(edge);
        using var socket = await ConnectAsync(await PortAsync(bastion));

        await socket.SendAllAsync(new byte[1000], _limit.Token);
        var error = await Assert.ThrowsAsync<SocketException>(async () => await socket.ReceiveAsync(new byte[1], _limit.Token));

        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    private StockCloudflaredOrigin Edge(TcpPeer origin) => new(origin.EndPoint, _certificates.Server) { ClosesByFrame = true };

    private RunningProgram Start(StockCloudflaredOrigin edge)
    {
        _directory.Write("secret", "s");
        _directory.Write(
            "bastion.yaml",
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                ca_file: {{_certificates.AuthorityFile}}
                listeners:
                  - { listen: "127.0.0.1:0", hostname: "{{Host}}:{{edge.Port}}", token: one }
                  - { listen: "unix:{{_directory["bastion.sock"]}}", allow: [{ uid: 0, hostnames: ["{{Host}}:{{edge.Port}}"], token: one }] }
                tokens: { one: { id: 00000000000000000000000000000000.access, secret_file: secret } }

                """));
        return PublishedBinary.Start(["bastion", "--config", _directory["bastion.yaml"]], directory: _directory.Path);
    }

    private static async Task<int> PortAsync(RunningProgram bastion) => int.Parse(
        (await bastion.WaitForErrorAsync(new Regex(@"listening tcp://127\.0\.0\.1:(\d+)"), TimeSpan.FromSeconds(60))).Groups[1].Value, CultureInfo.InvariantCulture);

    private async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), _limit.Token);
        return socket;
    }
}
