using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Raw;

namespace FastProxy.FunctionalTests.Hostile;

/// <summary>Strangers that do not come to the point: they are gone when the handshake time-out is over.</summary>
public sealed class HandshakeTests(BesiegedGateway besieged) : IClassFixture<BesiegedGateway>, IDisposable
{
    private const int Connections = 500;

    // A connection costs its TLS state, two pipes of 4 KiB and Kestrel's request: about 60 KiB; 128 KiB leaves room for garbage.
    private const long MaxGrowth = (16 << 20) + (Connections * (128L << 10));

    // An answered connection is read for up to a second more, and two cores, which may be slow or busy, have it all to do. Without the time-out the head would be waited for half a minute, and for one that drips as long as it does.
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_drip = TimeSpan.FromSeconds(1);

    private static readonly byte[] s_request = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: echo.test.localhost\r\nUpgrade: websocket\r\n");

    // A record header that announces 512 bytes of ClientHello, and its beginning.
    private static readonly byte[] s_hello = [22, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3, .. new byte[32]];

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(3));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public Task SlowOnesBeforeTls() => BesiegeAsync("slowloris before TLS", async i => (await TcpAsync(), i % 2 == 0 ? [] : s_hello));

    [Fact]
    public Task SlowOnesWithinTls() => BesiegeAsync(
        "slowloris within TLS",
        async i => ((Stream)await besieged.Gateway.ConnectTlsAsync(besieged.Host, _limit.Token), i % 2 == 0 ? [] : s_request));

    [Fact]
    public Task OnesSlowAtEveryStep() => besieged.EndureAsync("a client slow at every step", MaxGrowth, 1, async () =>
    {
        var began = Stopwatch.GetTimestamp();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, besieged.Gateway.Port, _limit.Token);
        await Task.Delay(BesiegedGateway.HandshakeTimeout * 0.8, _limit.Token);
        await using var tls = new System.Net.Security.SslStream(new NetworkStream(socket), false, (_, _, _, _) => true);
        await TryAsync(async () =>
        {
            // On a machine that is busy enough this alone is too slow.
            await tls.AuthenticateAsClientAsync(new System.Net.Security.SslClientAuthenticationOptions { TargetHost = besieged.Host }, _limit.Token);
            await DripAsync(tls, s_request, began, BesiegedGateway.HandshakeTimeout + s_slack);
        });

        // Who is thrown out at once has shown nothing. The clocks of the two processes may differ by their grain.
        Assert.InRange(Stopwatch.GetElapsedTime(began), BesiegedGateway.HandshakeTimeout * 0.95, BesiegedGateway.HandshakeTimeout + s_slack);
    }, _limit.Token);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Junk(bool withinTls)
    {
        const int Count = 200;
        var random = new Random(4711);
        var junk = Enumerable.Range(0, Count).Select(i =>
        {
            var bytes = new byte[random.Next(1, 8192)];
            random.NextBytes(bytes);
            return (i % 4) switch
            {
                0 => Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                1 => Encoding.ASCII.GetBytes("SSH-2.0-OpenSSH_9.2\r\n"),
                _ => bytes,
            };
        }).ToArray();
        await besieged.EndureAsync($"junk {(withinTls ? "within" : "before")} TLS", MaxGrowth, Count, () => Parallel.ForEachAsync(
            junk,
            new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = _limit.Token },
            async (bytes, cancellationToken) =>
            {
                await using var stream = withinTls ? await besieged.Gateway.ConnectTlsAsync(besieged.Host, cancellationToken) : await TcpAsync();
                var began = Stopwatch.GetTimestamp();
                await TryAsync(async () => await stream.WriteAsync(bytes, cancellationToken));
                await AssertGoneAsync(stream, began, BesiegedGateway.HandshakeTimeout + s_slack);
            }), _limit.Token);
    }

    [Fact]
    public async Task AHeaderOfAMebibyte()
    {
        const int Count = 20;

        // The head is read up to 16 KiB; what the client still sends is drained for a second in small buffers.
        await besieged.EndureAsync("headers of 1 MiB", 16 << 20, Count, () => Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            _limit.Token,
            async (_, cancellationToken) =>
            {
                await using var stream = await besieged.Gateway.ConnectTlsAsync(besieged.Host, cancellationToken);
                var began = Stopwatch.GetTimestamp();
                var sending = TryAsync(async () =>
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {besieged.Host}\r\nX: "), cancellationToken);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(new string('a', 1 << 20)), cancellationToken);
                });
                RawHead? head = null;
                await TryAsync(async () => head = await RawHead.ReadAsync(stream, cancellationToken));
                Assert.True(head is null or { Status: 431 }, head?.Text);
                await AssertGoneAsync(stream, began, BesiegedGateway.HandshakeTimeout + s_slack);
                await sending;
            }), _limit.Token);
    }

    private Task BesiegeAsync(string name, Func<int, Task<(Stream Stream, byte[] Slowly)>> open) =>
        besieged.EndureAsync(name, MaxGrowth, Connections, async () =>
        {
            var open500 = new ConcurrentBag<Task>();
            await Parallel.ForEachAsync(Enumerable.Range(0, Connections), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            {
                var (stream, slowly) = await open(i);
                open500.Add(DripAsync(stream, slowly, Stopwatch.GetTimestamp(), BesiegedGateway.HandshakeTimeout + s_slack));
            });
            Assert.Equal(Connections, open500.Count);
            await Task.WhenAll(open500);
        }, _limit.Token);

    /// <summary>Sends a byte a second until the gateway has had enough.</summary>
    private async Task DripAsync(Stream stream, byte[] bytes, long began, TimeSpan longest)
    {
        await using (stream)
        {
            using var gone = new CancellationTokenSource();
            var dripping = TryAsync(async () =>
            {
                foreach (var one in bytes)
                {
                    await stream.WriteAsync(new[] { one }, gone.Token);
                    await Task.Delay(s_drip, gone.Token);
                }
            });
            await AssertGoneAsync(stream, began, longest);
            await gone.CancelAsync();
            await dripping;
        }
    }

    private async Task AssertGoneAsync(Stream stream, long began, TimeSpan longest)
    {
        await TryAsync(async () =>
        {
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, _limit.Token) > 0)
            {
                // A refusal on its way out.
            }
        });
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, longest);
    }

    /// <summary>Being thrown out in the middle is what is asked for.</summary>
    private async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && !_limit.IsCancellationRequested)
        {
            // Reset, closed, or told to stop.
        }
    }

    private async Task<Stream> TcpAsync() =>
        await RawWebSocketPeer.ConnectAsync(new IPEndPoint(IPAddress.Loopback, besieged.Gateway.Port), besieged.Host, trusted: null, _limit.Token);
}
