using System.Net.Sockets;
using FastProxy.FunctionalTests.Fixtures;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Peers;

namespace FastProxy.FunctionalTests.ByteExact;

/// <summary>What a session costs the gateway while its reader does not read.</summary>
public sealed class StalledSessionTests(EchoPath path) : IClassFixture<EchoPath>, IDisposable
{
    private const int Sessions = 20;
    private const long MaxBytesPerSession = 1 << 20;

    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public void Dispose() => _limit.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AFloodingOriginCostsLittle(bool stock)
    {
        await using var origin = new FloodPeer();
        await using var forward = await path.ForwardAsync(origin, stock ? ["--stock"] : []);
        await WarmUpAsync(forward, origin);
        var before = path.Gateway.Program.ResidentBytes();
        var sockets = new List<Socket>();
        for (var i = 0; i < Sessions; i++)
        {
            sockets.Add(await forward.ConnectAsync(_limit.Token, receiveBuffer: 16 * 1024));
        }

        await origin.WaitForAcceptedAsync(Sessions + 1, _limit.Token);
        await Settled.WaitAsync(() => origin.Sent, s_quiet, _limit.Token);

        AssertCheap($"stalled download{(stock ? ", --stock" : "")}", before);
        sockets.ForEach(socket => socket.Reset());
    }

    [Fact]
    public async Task AFloodingOriginCostsLittleWithAStockClient()
    {
        await using var origin = new FloodPeer();
        var (host, token) = await path.AddAsync(origin);
        var before = path.Gateway.Program.ResidentBytes();
        var clients = new List<IAsyncDisposable>();
        for (var i = 0; i < Sessions; i++)
        {
            clients.Add(await GatewayClient.StockAsync(path.Gateway, host, token, _limit.Token));
        }

        await Settled.WaitAsync(() => origin.Sent, s_quiet, _limit.Token);

        AssertCheap("stalled download, stock client", before);
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AFloodingClientCostsLittle(bool stock)
    {
        await using var origin = new SinkPeer();
        await using var forward = await path.ForwardAsync(origin, stock ? ["--stock"] : []);
        var before = path.Gateway.Program.ResidentBytes();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        long sent = 0;
        var floods = Enumerable.Range(0, Sessions).Select(_ => Task.Run(FloodAsync)).ToArray();
        await origin.WaitForAcceptedAsync(Sessions, _limit.Token);
        await Settled.WaitAsync(() => Interlocked.Read(ref sent), s_quiet, _limit.Token);

        AssertCheap($"stalled upload{(stock ? ", --stock" : "")}", before);
        await stop.CancelAsync();
        await Task.WhenAll(floods);

        async Task FloodAsync()
        {
            using var socket = await forward.ConnectAsync(_limit.Token);
            var buffer = new byte[64 * 1024];
            try
            {
                while (true)
                {
                    Interlocked.Add(ref sent, await socket.SendAsync(buffer, stop.Token));
                }
            }
            catch (OperationCanceledException)
            {
                socket.Reset();
            }
        }
    }

    /// <summary>One session of the same kind first: what the process needs once belongs to no session.</summary>
    private async Task WarmUpAsync(AccessListener forward, FloodPeer origin)
    {
        using var socket = await forward.ConnectAsync(_limit.Token);
        await new NetworkStream(socket).ReadExactlyAsync(new byte[8 << 20], _limit.Token);
        socket.Reset();
        await origin.WaitForEndedAsync(1, _limit.Token);
    }

    private void AssertCheap(string name, long before)
    {
        var growth = (path.Gateway.Program.ResidentBytes() - before) / Sessions;
        Figures.Record($"gateway memory a session, {name}, of {Sessions}", growth / 1024.0, "KiB");
        Assert.InRange(growth, -MaxBytesPerSession, MaxBytesPerSession);
    }
}
