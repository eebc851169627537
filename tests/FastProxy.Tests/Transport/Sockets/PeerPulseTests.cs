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
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_peer_behind_a_cut_cable_is_given_up_once_something_was_sent_to_it(bool windowClosed)
    {
        using var network = VethNetwork.Create();
        var (near, far) = await network.ConnectAsync();
        using var peer = far;
        using var sender = new LoopSocket(near);
        if (windowClosed)
        {
            // Full on both sides; what is left is the probing of a closed window.
            sender.Socket.SendBufferSize = 16 * 1024;
            using var full = new CancellationTokenSource();
            var sending = sender.SendAsync(new byte[64 << 20], full.Token).AsTask();
            while (!SocketCalls.TryGetAccount(near.SafeHandle, out var account) || account.Unacknowledged > 0 || account.SinceSent < 100)
            {
                await Task.Delay(s_look);
            }

            await full.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        }

        Assert.False(sender.HasLostPeer(s_keepAlive));
        network.Cut();
        if (!windowClosed)
        {
            await sender.SendAsync(new byte[1], CancellationToken.None);
        }

        await LostAsync(sender);
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
        sender.Socket.NoDelay = true;
        sender.Socket.SendBufferSize = 16 * 1024;
        if (receiveBuffer is { } size)
        {
            reader.ReceiveBufferSize = size;
        }

        var buffer = new byte[write];
        var sending = SendUntilClosedAsync();
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

        async Task SendUntilClosedAsync()
        {
            await Task.Yield();
            while ((await sender.SendAsync(buffer, CancellationToken.None)).Succeeded)
            {
                // Until the reader's buffer and ours are full.
            }
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

    private static string Describe(LoopSocket socket) =>
        SocketCalls.TryGetAccount(socket.Socket.SafeHandle, out var account) ? account.ToString() : "no account";
}
