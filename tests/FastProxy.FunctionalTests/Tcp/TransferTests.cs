using FastProxy.FunctionalTests.Fixtures;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Stock;

namespace FastProxy.FunctionalTests.Tcp;

public sealed class TransferTests(EchoPath path) : IClassFixture<EchoPath>, IDisposable
{
    private const long Gibibyte = 1L << 30;

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public static TheoryData<int> Lengths => [1, 125, 126, 16_383, 16_384, 16_385, 65_535, 65_536];

    public void Dispose() => _limit.Dispose();

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task OurClientCarriesEveryLengthBothWaysUnchanged(int length)
    {
        var bytes = new SeededBytes(length);

        var received = await EchoExchange.RunAsync(path.Client.Port, bytes, length, chunkSeed: null, _limit.Token);

        Assert.Equal(new ReceivedBytes(length, bytes.Sha256(length)), received);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task OurClientCarriesRandomChunksBothWaysUnchanged(int seed)
    {
        const int Length = 10_000_019;
        var bytes = new SeededBytes(seed);

        var received = await EchoExchange.RunAsync(path.Client.Port, bytes, Length, seed, _limit.Token);

        Assert.Equal(new ReceivedBytes(Length, bytes.Sha256(Length)), received);
    }

    [Fact]
    public async Task OurClientCarriesAGibibyteBothWaysAtOnce()
    {
        var bytes = new SeededBytes(30);

        var received = await EchoExchange.RunAsync(path.Client.Port, bytes, Gibibyte, chunkSeed: null, _limit.Token);

        Assert.Equal(new ReceivedBytes(Gibibyte, bytes.Sha256(Gibibyte)), received);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    [InlineData(10_000_019)]
    public async Task AStockClientCarriesEveryLengthBothWaysUnchanged(int length)
    {
        var bytes = new SeededBytes(length).ToArray(length);
        await using var tls = await path.Gateway.ConnectTlsAsync(EchoPath.Host, _limit.Token);
        var handshake = await StockCloudflaredClient.ConnectAsync(tls, EchoPath.Host, path.Token.Headers, _limit.Token);
        await using var client = Assert.IsType<StockCloudflaredClient>(handshake.Client);

        var sending = client.SendAsync(bytes, _limit.Token);
        var received = await client.ReceiveAsync(length, _limit.Token);
        await sending;

        Assert.Equal(bytes, received);
        Assert.Empty(handshake.Head.Values("Sec-WebSocket-Protocol"));
    }

    [Fact]
    public async Task AStockClientGetsAllThatTheOriginSentBeforeItsEndAndACloseFrame()
    {
        const int Length = 3_000_001;
        var bytes = new SeededBytes(4);
        await using var source = new SourcePeer(bytes, Length);
        var token = await path.Gateway.AdmitAsync("source.test.localhost", $"tcp://127.0.0.1:{source.Port}");
        await using var tls = await path.Gateway.ConnectTlsAsync("source.test.localhost", _limit.Token);
        var handshake = await StockCloudflaredClient.ConnectAsync(tls, "source.test.localhost", token.Headers, _limit.Token);
        await using var client = Assert.IsType<StockCloudflaredClient>(handshake.Client);

        var received = await client.ReceiveAsync(int.MaxValue, _limit.Token);

        Assert.Equal(bytes.ToArray(Length), received);
        Assert.Equal(FastProxy.WebSockets.CloseCode.Normal, client.CloseCode);
    }
}
