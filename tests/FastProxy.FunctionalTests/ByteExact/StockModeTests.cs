using System.Net.Sockets;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.ByteExact;

/// <summary><c>fastproxy access tcp --stock</c> → gateway → origin: a plain WebSocket, which has no half-close.</summary>
public sealed class StockModeTests(EchoPath path) : IClassFixture<EchoPath>, IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task CarriesEveryLengthBothWaysAndWaitsForWhatIsInFlight()
    {
        await using var forward = await AccessListener.StartAsync(path.Gateway, path.Host, path.Token, "--stock");
        int[] lengths = [1, 125, 126, 16_383, 16_384, 16_385, 65_535, 65_536, 1_000_003];
        await Task.WhenAll(lengths.Select(length => EchoAsync(forward, length)));
    }

    [Fact]
    public async Task CarriesBothDirectionsAtOnce()
    {
        const long Length = 64 << 20;
        await using var origin = new ExchangePeer(new SeededBytes(8), Length, Length);
        await using var forward = await path.ForwardAsync(origin, "--stock");
        using var socket = await forward.ConnectAsync(_limit.Token);

        var receiving = ReceivedBytes.ReadToEndAsync(socket, _limit.Token);
        await RandomChunks.SendAsync(socket, new SeededBytes(9), Length, new Random(2), _limit.Token);

        Assert.Equal(new ReceivedBytes(Length, new SeededBytes(9).Sha256(Length)), await origin.Received.WaitAsync(_limit.Token));
        Assert.Equal(new ReceivedBytes(Length, new SeededBytes(8).Sha256(Length)), await receiving);
    }

    [Fact]
    public async Task EndsWhenTheOriginEnds()
    {
        await using var origin = new SourcePeer(new SeededBytes(4), 1 << 20);
        await using var forward = await path.ForwardAsync(origin, "--stock");
        using var socket = await forward.ConnectAsync(_limit.Token);

        Assert.Equal(new ReceivedBytes(1 << 20, new SeededBytes(4).Sha256(1 << 20)), await ReceivedBytes.ReadToEndAsync(socket, _limit.Token));
    }

    [Fact]
    public async Task EndsAtTheOriginAfterTheLocalEnd()
    {
        await using var origin = new WitnessPeer();
        await using var forward = await path.ForwardAsync(origin, "--stock");
        using var socket = await forward.ConnectAsync(_limit.Token);

        var receiving = ReceivedBytes.ReadToEndAsync(socket, _limit.Token);
        await socket.SendAllAsync(new byte[1000], _limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(1000, (await receiving).Length);
        Assert.Equal(ConnectionEnd.Fin, await origin.Ended.WaitAsync(_limit.Token));
    }

    [Fact]
    public async Task CarriesTheLocalSidesReset()
    {
        await using var origin = new WitnessPeer();
        await using var forward = await path.ForwardAsync(origin, "--stock");
        var socket = await forward.ConnectAsync(_limit.Token);

        await socket.SendAllAsync(new byte[1000], _limit.Token);
        await new NetworkStream(socket).ReadExactlyAsync(new byte[1000], _limit.Token);
        socket.Reset();

        Assert.Equal(ConnectionEnd.Reset, await origin.Ended.WaitAsync(_limit.Token));
    }

    [Fact]
    public async Task CarriesTheOriginsReset()
    {
        await using var origin = new ResetPeer(1000);
        await using var forward = await path.ForwardAsync(origin, "--stock");
        using var socket = await forward.ConnectAsync(_limit.Token);

        await socket.SendAllAsync(new byte[1000], _limit.Token);
        var error = await Assert.ThrowsAsync<SocketException>(async () => await socket.ReceiveAsync(new byte[1], _limit.Token));

        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    private async Task EchoAsync(AccessListener forward, int length)
    {
        using var socket = await forward.ConnectAsync(_limit.Token);
        var bytes = new SeededBytes(length);
        var receiving = ReceivedBytes.ReadToEndAsync(socket, _limit.Token);
        await RandomChunks.SendAsync(socket, bytes, length, new Random(length), _limit.Token);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(new ReceivedBytes(length, bytes.Sha256(length)), await receiving);
    }
}
