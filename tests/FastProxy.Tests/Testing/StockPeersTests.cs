using System.Net;
using System.Net.Sockets;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Raw;
using FastProxy.Testing.Stock;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Testing;

public sealed class StockPeersTests : IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    public void Dispose() => _limit.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(16_384)]
    [InlineData(16_385)]
    [InlineData(1_000_000)]
    public async Task AStockClientMovesBytesThroughAStockOriginUnchanged(int length)
    {
        await using var echo = new EchoPeer();
        await using var origin = new StockCloudflaredOrigin(echo.EndPoint, certificate: null);
        await using var client = await ConnectAsync(origin.EndPoint);
        var bytes = new SeededBytes(length).ToArray(length);

        var sending = client.SendAsync(bytes, _limit.Token);
        var received = await client.ReceiveAsync(length, _limit.Token);
        await sending;

        Assert.Equal(bytes, received);
        Assert.Equal(0, origin.Lost);
    }

    [Fact]
    public async Task AStockOriginSilentlyDropsWhatExceeds16KiBOfAMessage()
    {
        await using var echo = new EchoPeer();
        await using var origin = new StockCloudflaredOrigin(echo.EndPoint, certificate: null);
        await using var socket = await UpgradeAsync(origin.EndPoint);

        await socket.WriteMessageAsync(Opcode.Binary, new byte[16_385], _limit.Token);
        await socket.WriteTextAsync("dropped", _limit.Token);
        await socket.WriteMessageAsync(Opcode.Binary, ReadOnlyMemory<byte>.Empty, _limit.Token);
        await socket.WriteMessageAsync(Opcode.Binary, "end"u8.ToArray(), _limit.Token);
        using var received = new MemoryStream();
        while (received.Length < 16_384 + 3)
        {
            var message = await socket.ReadAsync(_limit.Token);
            Assert.Equal(FrameEventKind.Data, message.Kind);
            received.Write(message.Payload);
        }

        Assert.Equal("end"u8.ToArray(), received.ToArray()[^3..]);
        Assert.Equal(1, origin.Lost);
        Assert.Equal(1, origin.Texts);
    }

    [Fact]
    public async Task AStockOriginEndsWithoutAFrameUnlessToldOtherwise()
    {
        await using var source = new SourcePeer(new SeededBytes(1), 10);
        await using var origin = new StockCloudflaredOrigin(source.EndPoint, certificate: null);
        await using var socket = await UpgradeAsync(origin.EndPoint);

        Assert.Equal(10, (await socket.ReadAsync(_limit.Token)).Payload.Length);
        Assert.Equal(FrameEventKind.None, (await socket.ReadAsync(_limit.Token)).Kind);
    }

    [Fact]
    public async Task ARefusalReachesTheStockClientWhole()
    {
        await using var silent = new SilentPeer();
        await using var origin = new StockCloudflaredOrigin(silent.EndPoint, certificate: null)
        {
            Refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
        };
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(origin.EndPoint, _limit.Token);

        var handshake = await StockCloudflaredClient.ConnectAsync(tcp.GetStream(), "h", [("Cf-Access-Client-Id", "x")], _limit.Token);

        Assert.Null(handshake.Client);
        Assert.Equal(403, handshake.Head.Status);
        Assert.Equal("no", handshake.Body);
        Assert.Equal("x", Assert.Single(origin.Requests).Value("Cf-Access-Client-Id"));
    }

    [Fact]
    public void SeededBytesAreTheSameInAnyChunks()
    {
        var bytes = new SeededBytes(7);
        var whole = bytes.ToArray(1000);
        var parts = new byte[1000];
        for (var at = 0; at < parts.Length; at += 7)
        {
            bytes.Fill(parts.AsSpan(at, Math.Min(7, parts.Length - at)), at);
        }

        Assert.Equal(whole, parts);
        Assert.NotEqual(whole, new SeededBytes(8).ToArray(1000));
    }

    private async Task<StockCloudflaredClient> ConnectAsync(IPEndPoint endPoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint, _limit.Token);
        var handshake = await StockCloudflaredClient.ConnectAsync(new NetworkStream(socket, ownsSocket: true), "h", [], _limit.Token);
        return Assert.IsType<StockCloudflaredClient>(handshake.Client);
    }

    private async Task<RawWebSocket> UpgradeAsync(IPEndPoint endPoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint, _limit.Token);
        var stream = new NetworkStream(socket, ownsSocket: true);
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key: k\r\n\r\n"u8.ToArray(), _limit.Token);
        Assert.Equal(101, (await RawHead.ReadAsync(stream, _limit.Token))?.Status);
        return new RawWebSocket(stream, PeerRole.Server);
    }
}
