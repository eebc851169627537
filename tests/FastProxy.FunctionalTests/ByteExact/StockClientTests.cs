using System.Net.Sockets;
using System.Security.Cryptography;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing;
using FastProxy.Testing.Peers;
using FastProxy.Testing.Stock;
using FastProxy.WebSockets;

namespace FastProxy.FunctionalTests.ByteExact;

/// <summary>A client that behaves as stock cloudflared does → gateway → origin.</summary>
public sealed class StockClientTests(EchoPath path) : IClassFixture<EchoPath>, IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public void Dispose() => _limit.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(16_385)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public async Task CarriesEveryLengthBothWays(int length)
    {
        await using var client = await GatewayClient.StockAsync(path.Gateway, path.Host, path.Token, _limit.Token);
        var sent = new SeededBytes(length).ToArray(length);

        await client.SendAsync(sent, _limit.Token);

        Assert.Equal(sent, await client.ReceiveAsync(length, _limit.Token));
    }

    [Fact]
    public async Task CarriesBothDirectionsAtOnce()
    {
        const int Length = 64 << 20;
        await using var origin = new ExchangePeer(new SeededBytes(8), Length, Length);
        var (host, token) = await path.AddAsync(origin);
        await using var client = await GatewayClient.StockAsync(path.Gateway, host, token, _limit.Token);

        var receiving = ReceiveToEndAsync(client);
        await SendAsync(client, new SeededBytes(9), Length, new Random(2));

        Assert.Equal(new ReceivedBytes(Length, new SeededBytes(9).Sha256(Length)), await origin.Received.WaitAsync(_limit.Token));
        Assert.Equal(new ReceivedBytes(Length, new SeededBytes(8).Sha256(Length)), await receiving);
    }

    [Fact]
    public async Task TellsTheOriginsEndByCloseAfterTheLastByte()
    {
        await using var origin = new SourcePeer(new SeededBytes(4), 1_000_000);
        var (host, token) = await path.AddAsync(origin);
        await using var client = await GatewayClient.StockAsync(path.Gateway, host, token, _limit.Token);

        Assert.Equal(new ReceivedBytes(1_000_000, new SeededBytes(4).Sha256(1_000_000)), await ReceiveToEndAsync(client));
        Assert.Equal(CloseCode.Normal, client.CloseCode);
    }

    [Fact]
    public async Task TellsTheOriginsResetByACloseThatIsNoEnd()
    {
        await using var origin = new ResetPeer(1000);
        var (host, token) = await path.AddAsync(origin);
        await using var client = await GatewayClient.StockAsync(path.Gateway, host, token, _limit.Token);

        await client.SendAsync(new byte[1000], _limit.Token);

        Assert.Null(await client.ReceiveAsync(_limit.Token));
        Assert.Equal(CloseCode.InternalError, client.CloseCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TakesABareEndForAnEnd(bool saysCloseNotify)
    {
        await using var origin = new WitnessPeer();
        var (host, token) = await path.AddAsync(origin);
        var stream = await path.Gateway.ConnectTlsAsync(host, _limit.Token);
        var handshake = await StockCloudflaredClient.ConnectAsync(stream, path.Gateway.Address(host), token.Headers, _limit.Token);
        await handshake.Client!.SendAsync(new byte[1000], _limit.Token);
        Assert.Equal(1000, (await handshake.Client.ReceiveAsync(1000, _limit.Token)).Length);

        await (saysCloseNotify ? handshake.Client.DisposeAsync() : stream.DisposeAsync());

        Assert.Equal(ConnectionEnd.Fin, await origin.Ended.WaitAsync(_limit.Token));
    }

    private async Task<ReceivedBytes> ReceiveToEndAsync(StockCloudflaredClient client)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        while (await client.ReceiveAsync(_limit.Token) is { } bytes)
        {
            hash.AppendData(bytes);
            length += bytes.Length;
        }

        return new ReceivedBytes(length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private async Task SendAsync(StockCloudflaredClient client, SeededBytes bytes, int length, Random random)
    {
        var buffer = new byte[1 << 18];
        for (var position = 0; position < length;)
        {
            var chunk = buffer.AsMemory(0, Math.Min(RandomChunks.Next(random), length - position));
            bytes.Fill(chunk.Span, position);
            await client.SendAsync(chunk, _limit.Token);
            position += chunk.Length;
        }
    }
}
