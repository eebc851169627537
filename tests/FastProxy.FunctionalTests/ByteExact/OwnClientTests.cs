using System.Net.Sockets;
using System.Text;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.ByteExact;

/// <summary><c>fastproxy access tcp</c> → gateway → origin, as <c>fastproxy.v1</c>.</summary>
public sealed class OwnClientTests(EchoPath path) : IClassFixture<EchoPath>, IDisposable
{
    private const long Gibibyte = 1L << 30;

    private static readonly Lazy<string> s_gibibyteSha256 = new(() => new SeededBytes(7).Sha256(Gibibyte));

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public async Task CarriesEveryLengthBothWays()
    {
        await using var forward = await AccessListener.StartAsync(path.Gateway, path.Host, path.Token);
        int[] lengths = [1, 125, 126, 16_383, 16_384, 16_385, 65_535, 65_536, 1_000_003];
        await Task.WhenAll(lengths.Select(length => EchoAsync(forward, length)));
    }

    [Fact]
    public async Task UploadsAGibibyte()
    {
        await using var origin = new HalfClosePeer(received => Encoding.ASCII.GetBytes(received.Sha256));
        await using var forward = await path.ForwardAsync(origin);
        using var socket = await forward.ConnectAsync(_limit.Token);

        using var answer = new StreamReader(new NetworkStream(socket));
        await RandomChunks.SendAsync(socket, new SeededBytes(7), Gibibyte, new Random(1), _limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(s_gibibyteSha256.Value, await answer.ReadToEndAsync(_limit.Token));
    }

    [Fact]
    public async Task DownloadsAGibibyte()
    {
        await using var origin = new SourcePeer(new SeededBytes(7), Gibibyte);
        await using var forward = await path.ForwardAsync(origin);
        using var socket = await forward.ConnectAsync(_limit.Token);

        var received = await ReceivedBytes.ReadToEndAsync(socket, _limit.Token);

        Assert.Equal(new ReceivedBytes(Gibibyte, s_gibibyteSha256.Value), received);
    }

    [Fact]
    public async Task CarriesBothDirectionsAtOnce()
    {
        const long Length = 64 << 20;
        await using var origin = new SourcePeer(new SeededBytes(8), Length);
        await using var forward = await path.ForwardAsync(origin);
        using var socket = await forward.ConnectAsync(_limit.Token);

        var receiving = ReceivedBytes.ReadToEndAsync(socket, _limit.Token);
        await RandomChunks.SendAsync(socket, new SeededBytes(9), Length, new Random(2), _limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(new ReceivedBytes(Length, new SeededBytes(8).Sha256(Length)), await receiving);
        Assert.Equal(new ReceivedBytes(Length, new SeededBytes(9).Sha256(Length)), await origin.Received.WaitAsync(_limit.Token));
    }

    [Fact]
    public async Task LetsTheLocalSideFinishFirst()
    {
        await using var origin = new HalfClosePeer(received => Encoding.ASCII.GetBytes($"{received.Length}"));
        await using var forward = await path.ForwardAsync(origin);
        using var socket = await forward.ConnectAsync(_limit.Token);

        using var answer = new StreamReader(new NetworkStream(socket));
        await socket.SendAllAsync(new SeededBytes(3).ToArray(5000), _limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("5000", await answer.ReadToEndAsync(_limit.Token));
    }

    [Fact]
    public async Task LetsTheOriginFinishFirst()
    {
        await using var origin = new SourcePeer(new SeededBytes(4), 5000);
        await using var forward = await path.ForwardAsync(origin);
        using var socket = await forward.ConnectAsync(_limit.Token);

        // Only after the origin's end has arrived does this side begin.
        Assert.Equal(5000, (await ReceivedBytes.ReadToEndAsync(socket, _limit.Token)).Length);
        await RandomChunks.SendAsync(socket, new SeededBytes(5), 1 << 20, new Random(3), _limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(new ReceivedBytes(1 << 20, new SeededBytes(5).Sha256(1 << 20)), await origin.Received.WaitAsync(_limit.Token));
    }

    [Fact]
    public async Task CarriesTheLocalSidesReset()
    {
        await using var origin = new WitnessPeer();
        await using var forward = await path.ForwardAsync(origin);
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
        await using var forward = await path.ForwardAsync(origin);
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
