using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.Bastion;

/// <summary>Every shape of a session, on streams of a bastion's pool, by every way into the bastion.</summary>
public sealed class ByteExactTests(RoutePath path) : IClassFixture<RoutePath>, IDisposable
{
    private const string Reset = "ended: origin_reset";

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public static TheoryData<BastionRoute> Routes => [.. Enum.GetValues<BastionRoute>()];

    public void Dispose() => _limit.Dispose();

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task CarriesEveryLengthBothWays(BastionRoute route)
    {
        await using var origin = new EchoPeer();
        await path.LeadToAsync(origin);
        foreach (var length in (int[])[1, 125, 126, 16_383, 16_384, 16_385, 65_535, 65_536, 1_000_003])
        {
            using var socket = await path.ConnectAsync(route, _limit.Token);
            var bytes = new SeededBytes(length);
            var receiving = ReceivedBytes.ReadToEndAsync(socket, _limit.Token);
            await RandomChunks.SendAsync(socket, bytes, length, new Random(length), _limit.Token);
            socket.Shutdown(SocketShutdown.Send);
            Assert.Equal(new ReceivedBytes(length, bytes.Sha256(length)), await receiving);
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task CarriesBothDirectionsAtOnce(BastionRoute route)
    {
        const long Length = 32 << 20;
        await using var origin = new SourcePeer(new SeededBytes(8), Length);
        await path.LeadToAsync(origin);
        using var socket = await path.ConnectAsync(route, _limit.Token);

        var receiving = ReceivedBytes.ReadToEndAsync(socket, _limit.Token);
        await RandomChunks.SendAsync(socket, new SeededBytes(9), Length, new Random(2), _limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(new ReceivedBytes(Length, new SeededBytes(8).Sha256(Length)), await receiving);
        Assert.Equal(new ReceivedBytes(Length, new SeededBytes(9).Sha256(Length)), await origin.Received.WaitAsync(_limit.Token));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task LetsTheLocalSideFinishFirst(BastionRoute route)
    {
        await using var origin = new HalfClosePeer(received => Encoding.ASCII.GetBytes($"{received.Length}"));
        await path.LeadToAsync(origin);
        using var socket = await path.ConnectAsync(route, _limit.Token);

        using var answer = new StreamReader(new NetworkStream(socket));
        await socket.SendAllAsync(new SeededBytes(3).ToArray(5000), _limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("5000", await answer.ReadToEndAsync(_limit.Token));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task LetsTheOriginFinishFirst(BastionRoute route)
    {
        await using var origin = new SourcePeer(new SeededBytes(4), 5000);
        await path.LeadToAsync(origin);
        using var socket = await path.ConnectAsync(route, _limit.Token);

        // Only after the origin's end has arrived does this side begin.
        Assert.Equal(5000, (await ReceivedBytes.ReadToEndAsync(socket, _limit.Token)).Length);
        await RandomChunks.SendAsync(socket, new SeededBytes(5), 1 << 20, new Random(3), _limit.Token);
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(new ReceivedBytes(1 << 20, new SeededBytes(5).Sha256(1 << 20)), await origin.Received.WaitAsync(_limit.Token));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task TellsTheOriginsReset(BastionRoute route)
    {
        await using var origin = new ResetPeer(1000);
        await path.LeadToAsync(origin);
        var before = Regex.Count(path.Bastion.Log, Reset);
        using var socket = await path.ConnectAsync(route, _limit.Token);

        await socket.SendAllAsync(new byte[1000], _limit.Token);
        if (route == BastionRoute.Port)
        {
            var error = await Assert.ThrowsAsync<SocketException>(async () => await socket.ReceiveAsync(new byte[1], _limit.Token));
            Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        }
        else
        {
            // A unix socket knows no reset; the log line says what it was.
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1], _limit.Token));
        }

        await path.Bastion.Program.WaitForErrorAsync(new Regex($"({Reset}[\\s\\S]*){{{before + 1}}}"), TimeSpan.FromSeconds(60));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task TellsTheOriginThatItsClientIsGone(BastionRoute route)
    {
        await using var origin = new WitnessPeer();
        await path.LeadToAsync(origin);
        var socket = await path.ConnectAsync(route, _limit.Token);

        await socket.SendAllAsync(new byte[1000], _limit.Token);
        await new NetworkStream(socket).ReadExactlyAsync(new byte[1000], _limit.Token);
        if (route == BastionRoute.Port)
        {
            socket.Reset();
            Assert.Equal(ConnectionEnd.Reset, await origin.Ended.WaitAsync(_limit.Token));
        }
        else
        {
            socket.Dispose();
            await origin.Ended.WaitAsync(_limit.Token);
        }
    }
}
