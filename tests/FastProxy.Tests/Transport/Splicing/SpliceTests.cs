using System.Net.Sockets;
using System.Security.Cryptography;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Transport.Splicing;

public sealed class SpliceTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static TheoryData<SpliceMode> Modes => [.. Enum.GetValues<SpliceMode>()];

    public static TheoryData<SpliceMode, int> Sizes
    {
        get
        {
            var data = new TheoryData<SpliceMode, int>();
            foreach (var mode in Enum.GetValues<SpliceMode>())
            {
                foreach (var size in (int[])[1, 125, 126, 16_383, 16_384, 16_385, 65_535, 65_536, 3_000_017, 20_000_003])
                {
                    data.Add(mode, size);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Delivers_every_byte_both_ways_at_once(SpliceMode mode, int size)
    {
        await using var tunnel = await Tunnel.StartAsync(mode);
        var up = Bytes(size, 1);
        var down = Bytes(size, 2);
        var sendUp = SendInChunksAsync(tunnel.App, up, 3);
        var sendDown = SendInChunksAsync(tunnel.Origin, down, 4);
        var atOrigin = ReceiveExactlyAsync(tunnel.Origin, size);
        var atApp = ReceiveExactlyAsync(tunnel.App, size);
        await Task.WhenAll(sendUp, sendDown, atOrigin, atApp).WaitAsync(s_patience);
        Assert.Equal(SHA256.HashData(up), SHA256.HashData(await atOrigin));
        Assert.Equal(SHA256.HashData(down), SHA256.HashData(await atApp));
    }

    [Theory]
    [InlineData(SpliceMode.Ours)]
    [InlineData(SpliceMode.OursUnmasked)]
    [InlineData(SpliceMode.OursTls)]
    public async Task Half_close_from_the_client_keeps_the_other_direction_open(SpliceMode mode)
    {
        var clock = new ManualTime();
        await using var tunnel = await Tunnel.StartAsync(mode, new SpliceOptions { Linger = TimeSpan.FromMilliseconds(1), TimeProvider = clock });
        await tunnel.App.SendAsync(Bytes(70_000, 1));
        tunnel.App.Shutdown(SocketShutdown.Send);
        var request = await ReceiveToEndAsync(tunnel.Origin).WaitAsync(s_patience);
        Assert.Equal(70_000, request.Length);

        // The origin answers only now, and takes longer than any linger.
        clock.Advance(TimeSpan.FromSeconds(10));
        var answer = Bytes(1_000_000, 2);
        var sending = tunnel.Origin.SendAsync(answer);
        var received = ReceiveToEndAsync(tunnel.App);
        await sending;
        tunnel.Origin.Shutdown(SocketShutdown.Send);
        Assert.Equal(answer, await received.WaitAsync(s_patience));
        Assert.Equal(new SpliceOutcome(ReasonCode.Ok, 70_000, 1_000_000), await tunnel.Client.WaitAsync(s_patience));
        Assert.Equal(new SpliceOutcome(ReasonCode.Ok, 1_000_000, 70_000), await tunnel.Gateway.WaitAsync(s_patience));
    }

    [Theory]
    [InlineData(SpliceMode.Ours)]
    [InlineData(SpliceMode.OursUnmasked)]
    [InlineData(SpliceMode.OursTls)]
    public async Task Half_close_from_the_origin_keeps_the_other_direction_open(SpliceMode mode)
    {
        await using var tunnel = await Tunnel.StartAsync(mode);
        tunnel.Origin.Shutdown(SocketShutdown.Send);
        Assert.Empty(await ReceiveToEndAsync(tunnel.App).WaitAsync(s_patience));
        var late = Bytes(300_000, 1);
        var received = ReceiveToEndAsync(tunnel.Origin);
        await tunnel.App.SendAsync(late);
        tunnel.App.Shutdown(SocketShutdown.Send);
        Assert.Equal(late, await received.WaitAsync(s_patience));
        Assert.Equal(ReasonCode.Ok, (await tunnel.Client.WaitAsync(s_patience)).Reason);
        Assert.Equal(ReasonCode.Ok, (await tunnel.Gateway.WaitAsync(s_patience)).Reason);
    }

    [Theory]
    [InlineData(SpliceMode.Stock)]
    [InlineData(SpliceMode.StockTls)]
    public async Task A_stock_session_lingers_for_what_is_in_flight_and_ends_in_order(SpliceMode mode)
    {
        var clock = new ManualTime();
        var options = new SpliceOptions { HalfClosedTimeout = TimeSpan.Zero, TimeProvider = clock };
        await using var tunnel = await Tunnel.StartAsync(mode, options, options);
        await tunnel.App.SendAsync(Bytes(5000, 1));
        tunnel.App.Shutdown(SocketShutdown.Send);
        await ReceiveExactlyAsync(tunnel.Origin, 5000).WaitAsync(s_patience);
        clock.Advance(options.Linger / 2);
        var answer = Bytes(200_000, 2);
        await tunnel.Origin.SendAsync(answer);
        Assert.Equal(answer, await ReceiveExactlyAsync(tunnel.App, answer.Length).WaitAsync(s_patience));
        Assert.Empty(await MeanwhileAsync(ReceiveToEndAsync(tunnel.App), clock));
        Assert.Equal(ReasonCode.Ok, (await MeanwhileAsync(tunnel.Client, clock)).Reason);
        Assert.Empty(await MeanwhileAsync(ReceiveToEndAsync(tunnel.Origin), clock));
        Assert.Equal(ReasonCode.Ok, (await MeanwhileAsync(tunnel.Gateway, clock)).Reason);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task The_origins_end_delivers_its_tail_and_ends_the_session(SpliceMode mode)
    {
        await using var tunnel = await Tunnel.StartAsync(mode);
        var answer = Bytes(1_500_000, 1);
        var received = ReceiveToEndAsync(tunnel.App);
        await tunnel.Origin.SendAsync(answer);
        tunnel.Origin.Shutdown(SocketShutdown.Send);
        Assert.Equal(answer, await received.WaitAsync(s_patience));
        tunnel.App.Shutdown(SocketShutdown.Send);
        Assert.Equal(ReasonCode.Ok, (await tunnel.Client.WaitAsync(s_patience)).Reason);
        Assert.Equal(ReasonCode.Ok, (await tunnel.Gateway.WaitAsync(s_patience)).Reason);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_reset_of_the_origin_reaches_the_app_as_a_reset(SpliceMode mode)
    {
        await using var tunnel = await Tunnel.StartAsync(mode);
        await PassOneByteEachWayAsync(tunnel);
        tunnel.Origin.Close(timeout: 0);
        await AssertResetAsync(tunnel.App);
        Assert.Equal(ReasonCode.OriginReset, (await tunnel.Client.WaitAsync(s_patience)).Reason);
        Assert.Equal(ReasonCode.OriginReset, (await tunnel.Gateway.WaitAsync(s_patience)).Reason);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_reset_of_the_app_ends_the_session_at_the_origin(SpliceMode mode)
    {
        await using var tunnel = await Tunnel.StartAsync(mode);
        await PassOneByteEachWayAsync(tunnel);
        tunnel.App.Close(timeout: 0);
        if (mode is SpliceMode.Ours or SpliceMode.OursUnmasked or SpliceMode.OursTls)
        {
            await AssertResetAsync(tunnel.Origin);
            Assert.Equal(ReasonCode.ClientReset, (await tunnel.Gateway.WaitAsync(s_patience)).Reason);
        }
        else
        {
            // Stock peers have no word for it: the connection is cut.
            await ReceiveToEndOrResetAsync(tunnel.Origin).WaitAsync(s_patience);
        }

        Assert.Equal(ReasonCode.ClientReset, (await tunnel.Client.WaitAsync(s_patience)).Reason);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_revoked_session_ends_within_a_second_even_if_nobody_reads(SpliceMode mode)
    {
        var clock = new ManualTime();
        await using var tunnel = await Tunnel.StartAsync(mode, gatewayOptions: new SpliceOptions { TimeProvider = clock });
        await PassOneByteEachWayAsync(tunnel);
        await FillUntilBlockedAsync(tunnel.Origin);
        tunnel.Revoke();
        clock.Advance(TimeSpan.FromSeconds(1));
        await AssertResetAsync(tunnel.Origin);
        Assert.Equal(ReasonCode.Revoked, (await tunnel.Gateway.WaitAsync(s_patience)).Reason);
    }

    [Fact]
    public async Task A_revoked_session_tells_our_client_why()
    {
        // It stands still: its last words leave in time, however slowly they go.
        await using var tunnel = await Tunnel.StartAsync(SpliceMode.OursTls, gatewayOptions: new SpliceOptions { TimeProvider = new ManualTime() });
        await PassOneByteEachWayAsync(tunnel);
        tunnel.Revoke();
        Assert.Equal(ReasonCode.Revoked, (await tunnel.Client.WaitAsync(s_patience)).Reason);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_silent_session_ends_at_the_idle_timeout(SpliceMode mode)
    {
        var clock = new ManualTime();
        await using var tunnel = await Tunnel.StartAsync(mode, gatewayOptions: new SpliceOptions { IdleTimeout = TimeSpan.FromMinutes(1), TimeProvider = clock });
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(tunnel.Gateway.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ReasonCode.Idle, (await tunnel.Gateway.WaitAsync(s_patience)).Reason);
        Assert.Equal(ReasonCode.Idle, (await tunnel.Client.WaitAsync(s_patience)).Reason);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_slow_reader_stalls_the_writer_and_loses_nothing(SpliceMode mode)
    {
        await using var tunnel = await Tunnel.StartAsync(mode);
        var accepted = await FillUntilBlockedAsync(tunnel.Origin);

        // 64 MiB would mean that somebody buffers without bound; what fits are socket buffers and one batch a hop.
        Assert.InRange(accepted, 1, 64 << 20);
        tunnel.Origin.Shutdown(SocketShutdown.Send);
        var received = await ReceiveToEndAsync(tunnel.App).WaitAsync(s_patience);
        Assert.Equal(accepted, received.Length);
        Assert.Equal(-1, received.AsSpan().IndexOfAnyExcept((byte)0x5A));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_reader_that_stalls_after_the_end_still_gets_the_tail(SpliceMode mode)
    {
        // The origin answers with more than the buffers hold, the app has ended, and only after that does the app begin to read:
        // longer after everything else than any linger or goodbye.
        await using var tunnel = await Tunnel.StartAsync(mode);
        await PassOneByteEachWayAsync(tunnel);
        var answer = Bytes(24_000_000, 7);
        var sending = SendInChunksAsync(tunnel.Origin, answer, 8);

        // Something is on its way when the app ends: where nothing were, a stock session would not wait for it.
        await Eventually.IsTrueAsync(() => tunnel.App.Available > 0);
        tunnel.App.Shutdown(SocketShutdown.Send);
        await Task.Delay(TimeSpan.FromSeconds(5));
        var receiving = ReceiveToEndAsync(tunnel.App);
        await sending;
        tunnel.Origin.Shutdown(SocketShutdown.Send);
        Assert.Equal(SHA256.HashData(answer), SHA256.HashData(await receiving.WaitAsync(s_patience)));
        Assert.Equal(ReasonCode.Ok, (await tunnel.Client.WaitAsync(s_patience)).Reason);
        Assert.Equal(ReasonCode.Ok, (await tunnel.Gateway.WaitAsync(s_patience)).Reason);
    }

    [Fact]
    public async Task A_stalled_reader_gets_the_tail_of_an_origin_that_is_done()
    {
        // Small enough for the kernel's buffers: the gateway's side is over long before the app reads its first byte.
        await using var tunnel = await Tunnel.StartAsync(SpliceMode.OursTls);
        tunnel.App.Shutdown(SocketShutdown.Send);
        var answer = Bytes(3 << 20, 9);
        var sending = SendInChunksAsync(tunnel.Origin, answer, 8);
        var ending = sending.ContinueWith(_ => tunnel.Origin.Shutdown(SocketShutdown.Send), TaskScheduler.Default);
        await Task.Delay(TimeSpan.FromSeconds(6));
        Assert.Equal(SHA256.HashData(answer), SHA256.HashData(await ReceiveToEndAsync(tunnel.App).WaitAsync(s_patience)));
        await ending;
        Assert.Equal(ReasonCode.Ok, (await tunnel.Client.WaitAsync(s_patience)).Reason);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Keep_alives_in_the_middle_of_a_session_add_no_byte(SpliceMode mode)
    {
        var clock = new ManualTime();
        var busy = new SpliceOptions { KeepAlive = TimeSpan.FromSeconds(1), TimeProvider = clock };
        await using var tunnel = await Tunnel.StartAsync(mode, busy, busy);
        for (var i = 0; i < 20; i++)
        {
            clock.Advance(busy.KeepAlive);
            await Task.Yield();
        }

        await PassOneByteEachWayAsync(tunnel);
        tunnel.Origin.Shutdown(SocketShutdown.Send);
        Assert.Empty(await ReceiveToEndAsync(tunnel.App).WaitAsync(s_patience));
    }

    private static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task SendInChunksAsync(Socket socket, byte[] bytes, int seed)
    {
        var random = new Random(seed);
        for (var sent = 0; sent < bytes.Length;)
        {
            var chunk = Math.Min(bytes.Length - sent, random.Next(1, 200_000));
            sent += await socket.SendAsync(bytes.AsMemory(sent, chunk));
        }
    }

    private static async Task<byte[]> ReceiveExactlyAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var received = 0; received < count;)
        {
            var n = await socket.ReceiveAsync(bytes.AsMemory(received));
            Assert.True(n > 0, $"the stream ended after {received} of {count} bytes");
            received += n;
        }

        return bytes;
    }

    private static async Task<byte[]> ReceiveToEndAsync(Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[65536];
        for (int n; (n = await socket.ReceiveAsync(buffer)) > 0;)
        {
            all.Write(buffer, 0, n);
        }

        return all.ToArray();
    }

    private static async Task ReceiveToEndOrResetAsync(Socket socket)
    {
        try
        {
            await ReceiveToEndAsync(socket);
        }
        catch (SocketException exception)
        {
            Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
        }
    }

    private static async Task AssertResetAsync(Socket socket)
    {
        var exception = await Assert.ThrowsAsync<SocketException>(() => ReceiveToEndAsync(socket).WaitAsync(s_patience));
        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
    }

    private static async Task PassOneByteEachWayAsync(Tunnel tunnel)
    {
        await tunnel.App.SendAsync(new byte[] { 1 });
        Assert.Equal([1], await ReceiveExactlyAsync(tunnel.Origin, 1).WaitAsync(s_patience));
        await tunnel.Origin.SendAsync(new byte[] { 2 });
        Assert.Equal([2], await ReceiveExactlyAsync(tunnel.App, 1).WaitAsync(s_patience));
    }

    /// <summary>Lets time pass until something has come to its end.</summary>
    private static async Task<T> MeanwhileAsync<T>(Task<T> ending, ManualTime clock)
    {
        await Eventually.IsTrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return ending.IsCompleted;
        });
        return await ending;
    }

    /// <summary>Sends until the whole path is full; returns how much it took.</summary>
    private static Task<long> FillUntilBlockedAsync(Socket socket) => Task.Run(() =>
    {
        var chunk = new byte[65536];
        Array.Fill(chunk, (byte)0x5A);
        long total = 0;
        socket.Blocking = false;
        while (socket.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectWrite))
        {
            // Non-blocking, because a send that is cancelled does not say how much of it went out.
            total += socket.Send(chunk, SocketFlags.None, out _);
        }

        return total;
    });
}
