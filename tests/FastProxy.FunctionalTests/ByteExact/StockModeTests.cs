using System.Diagnostics;
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

        // What is not there after two seconds of silence is not waited for, and a busy machine may be silent for so long: those that took a
        // while say nothing, and are tried again.
        var slow = lengths;
        for (var attempt = 1; slow.Length > 0; attempt++)
        {
            Assert.InRange(attempt, 1, 5);
            var whole = await Task.WhenAll(slow.Select(length => TryEchoAsync(forward, length)));
            slow = [.. slow.Where((_, i) => !whole[i])];
        }
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

        await socket.SendAllAsync(new byte[1000], _limit.Token);
        await new NetworkStream(socket).ReadExactlyAsync(new byte[1000], _limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await socket.ReceiveAsync(new byte[1], _limit.Token));
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

    /// <summary>Sends, ends, and reads to the end; false where that was cut short after so long a time that the machine may be to blame.</summary>
    private async Task<bool> TryEchoAsync(AccessListener forward, int length)
    {
        using var socket = await forward.ConnectAsync(_limit.Token);
        var bytes = new SeededBytes(length);

        var receiving = ReceivedBytes.ReadToEndAsync(socket, _limit.Token);
        await RandomChunks.SendAsync(socket, bytes, length, new Random(length), _limit.Token);
        socket.Shutdown(SocketShutdown.Send);
        var ended = Stopwatch.GetTimestamp();
        var received = await receiving;
        if (received.Length < length && Stopwatch.GetElapsedTime(ended) > TimeSpan.FromSeconds(1))
        {
            return false;
        }

        Assert.Equal(new ReceivedBytes(length, bytes.Sha256(length)), received);
        return true;
    }
}
