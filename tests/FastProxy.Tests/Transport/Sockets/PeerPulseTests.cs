using System.Net.Sockets;
using FastProxy.Testing.Networks;
using FastProxy.Tests.Transport.Splicing;
using FastProxy.Transport.Sockets;

namespace FastProxy.Tests.Transport.Sockets;

/// <summary>Who is dead, and who is merely slow, by the kernel's own account.</summary>
public sealed class PeerPulseTests
{
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Two dozen keep-alive intervals (600 in the long form): probes of a closed window back off to gaps of many intervals meanwhile.</summary>
    private static readonly TimeSpan s_slow = Environment.GetEnvironmentVariable("FASTPROXY_LONG") == "1" ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(12);

    [Fact]
    public Task A_reader_that_does_not_read_is_never_given_up() => Task.WhenAll(
        StayAsync(write: 64 * 1024, receiveBuffer: null),
        StayAsync(write: 64 * 1024, receiveBuffer: 4096),
        StayAsync(write: 1400, receiveBuffer: 2304),

        // Single bytes fill a receive buffer by what the kernel needs for each of them, long before its window has closed: such
        // segments stay unacknowledged and are sent again and again.
        StayAsync(write: 1, receiveBuffer: null),
        StayAsync(write: 1, receiveBuffer: 4096));

    [NetworkTheory]
    [InlineData(64 * 1024)]
    [InlineData(1)]
    public async Task A_reader_that_does_not_read_is_not_given_up_for_one_lost_try(int write)
    {
        using var network = VethNetwork.Create();
        var (near, far) = await network.ConnectAsync();
        using var reader = far;
        using var sender = new LoopSocket(near);
        var sending = StallAsync(sender, reader, write, receiveBuffer: 4096);

        // The gap after a lost try is four times this one: long enough to be taken for dead by, and short enough to wait for.
        await UntilAsync(account => account.SinceAcknowledged > 1300);
        await UntilAsync(account => account.SinceAcknowledged < 1000);
        network.Cut();
        await UntilAsync(account => account.AwaitsAnswer);
        network.Mend();
        Assert.True(Account(near) is { AwaitsAnswer: true, Probes: <= 1 }, Describe(sender));
        await UntilAsync(account => !account.AwaitsAnswer);

        sender.Dispose();
        await sending;

        async Task UntilAsync(Predicate<TcpAccount> condition)
        {
            var began = TimeProvider.System.GetTimestamp();
            while (!condition(Account(near)))
            {
                Assert.False(sender.HasLostPeer(s_keepAlive), Describe(sender));
                Assert.True(TimeProvider.System.GetElapsedTime(began) < s_patience, Describe(sender));
                await Task.Delay(s_look);
            }
        }
    }

    [NetworkTheory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_peer_behind_a_cut_cable_is_given_up_once_something_was_sent_to_it(bool windowClosed, bool routeGone)
    {
        using var network = VethNetwork.Create();
        var (near, far) = await network.ConnectAsync();
        using var peer = far;
        using var sender = new LoopSocket(near);
        var sending = Task.CompletedTask;
        if (windowClosed)
        {
            // Full on both sides; what is left is the probing of a closed window.
            sending = StallAsync(sender, peer, 1 << 20, receiveBuffer: null);
            while (Account(near) is { Unacknowledged: > 0 } or { SinceSent: < 100 })
            {
                await Task.Delay(s_look);
            }
        }

        Assert.False(sender.HasLostPeer(s_keepAlive));
        if (routeGone)
        {
            network.Unplug();
        }
        else
        {
            network.Cut();
        }

        if (!windowClosed)
        {
            await sender.SendAsync(new byte[1], CancellationToken.None);
        }

        await LostAsync(sender);
        sender.Reset();
        await sending;
    }

    [NetworkFact]
    public async Task A_peer_that_comes_back_in_time_is_not_given_up()
    {
        var keepAlive = TimeSpan.FromSeconds(6);
        using var network = VethNetwork.Create();
        var (near, far) = await network.ConnectAsync();
        using var peer = far;
        using var sender = new LoopSocket(near);
        network.Cut();
        await sender.SendAsync(new byte[1], CancellationToken.None);
        var cut = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(cut) < keepAlive / 2)
        {
            Assert.False(sender.HasLostPeer(keepAlive), Describe(sender));
            await Task.Delay(s_look);
        }

        network.Mend();
        Assert.Equal(1, await peer.ReceiveAsync(new byte[1]).WaitAsync(s_patience));

        // The byte is here before the word that it is has come back.
        var mended = TimeProvider.System.GetTimestamp();
        while (!SocketCalls.TryGetAccount(near.SafeHandle, out var account) || account.Unacknowledged > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(mended) < s_patience, Describe(sender));
            await Task.Delay(s_look);
        }

        // Silence after that says nothing.
        for (var i = 0; i < 50; i++)
        {
            Assert.False(sender.HasLostPeer(s_keepAlive), Describe(sender));
            await Task.Delay(s_look);
        }
    }

    [Fact]
    public async Task A_unix_socket_and_a_closed_one_have_no_peer_to_lose()
    {
        var (a, b) = await Tunnel.ConnectAsync();
        using var peer = b;
        var socket = new LoopSocket(a);
        socket.Dispose();
        Assert.False(socket.HasLostPeer(s_keepAlive));
        using var unix = new LoopSocket(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        Assert.False(unix.HasLostPeer(s_keepAlive));
    }

    private static async Task StayAsync(int write, int? receiveBuffer)
    {
        var (a, b) = await Tunnel.ConnectAsync();
        using var reader = b;
        using var sender = new LoopSocket(a);
        var sending = StallAsync(sender, reader, write, receiveBuffer);
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < s_slow)
        {
            Assert.False(sender.HasLostPeer(s_keepAlive), Describe(sender));
            Assert.False(sender.HasLostPeer(s_keepAlive, impatient: true), Describe(sender));
            await Task.Delay(s_look);
        }

        Assert.False(sending.IsCompleted);
        sender.Dispose();
        await sending;
    }

    /// <summary>Sends until the reader's buffer and ours are full, and then waits; completes when the sender is closed.</summary>
    private static async Task StallAsync(LoopSocket sender, Socket reader, int write, int? receiveBuffer)
    {
        sender.Socket.NoDelay = true;
        sender.Socket.SendBufferSize = 16 * 1024;
        if (receiveBuffer is { } size)
        {
            reader.ReceiveBufferSize = size;
        }

        var buffer = new byte[write];
        await Task.Yield();
        while ((await sender.SendAsync(buffer, CancellationToken.None)).Succeeded)
        {
        }
    }

    private static async Task LostAsync(LoopSocket socket)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!socket.HasLostPeer(s_keepAlive))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < s_patience, Describe(socket));
            await Task.Delay(s_look);
        }
    }

    private static TcpAccount Account(Socket socket) => SocketCalls.TryGetAccount(socket.SafeHandle, out var account) ? account : default;

    private static string Describe(LoopSocket socket) => Account(socket.Socket).ToString();
}
