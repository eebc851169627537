using System.Net;
using System.Net.Sockets;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Storage;
using FastProxy.Tests.Transport.Splicing;
using FastProxy.Transport.Sockets;

namespace FastProxy.Tests.Transport.Sockets;

public sealed class LoopSocketTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Waiting_for_readability_does_not_use_up_the_event_it_waited_for()
    {
        // A short receive says "empty"; the byte that comes next must be found however often readability is asked for before.
        var (peer, socket) = await Tunnel.ConnectAsync();
        using var ours = new LoopSocket(socket);
        var buffer = new byte[16];
        for (var round = 0; round < 200; round++)
        {
            await peer.SendAsync(new byte[1]);
            await ours.WaitReadableAsync(CancellationToken.None).AsTask().WaitAsync(s_patience);
            await ours.WaitReadableAsync(CancellationToken.None).AsTask().WaitAsync(s_patience);
            Assert.Equal(1, (await ours.ReceiveAsync(buffer, CancellationToken.None).AsTask().WaitAsync(s_patience)).Bytes);
        }

        peer.Dispose();
    }

    [Fact]
    public async Task A_cancelled_receive_loses_no_byte()
    {
        var (peer, socket) = await Tunnel.ConnectAsync();
        using var ours = new LoopSocket(socket);
        var buffer = new byte[16];
        for (byte round = 0; round < 100; round++)
        {
            using var cancel = new CancellationTokenSource();
            var receiving = ours.ReceiveAsync(buffer, cancel.Token).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.WaitAsync(s_patience));
            await peer.SendAsync(new[] { round });
            Assert.Equal(1, (await ours.ReceiveAsync(buffer, CancellationToken.None).AsTask().WaitAsync(s_patience)).Bytes);
            Assert.Equal(round, buffer[0]);
        }

        peer.Dispose();
    }

    [Fact]
    public async Task The_end_that_came_with_the_last_bytes_is_found()
    {
        for (var round = 0; round < 100; round++)
        {
            var (peer, socket) = await Tunnel.ConnectAsync();
            using var ours = new LoopSocket(socket);
            await peer.SendAsync(new byte[3]);
            peer.Shutdown(SocketShutdown.Send);
            var buffer = new byte[16];
            var received = 0;
            for (SocketResult result; (result = await ours.ReceiveAsync(buffer, CancellationToken.None).AsTask().WaitAsync(s_patience)).Bytes > 0;)
            {
                received += result.Bytes;
            }

            Assert.Equal(3, received);
            peer.Dispose();
        }
    }

    [Fact]
    public async Task Closing_ends_what_is_under_way()
    {
        var (peer, socket) = await Tunnel.ConnectAsync();
        var ours = new LoopSocket(socket);
        var receiving = ours.ReceiveAsync(new byte[16], CancellationToken.None).AsTask();
        var sending = ours.SendAsync(new byte[64 << 20], CancellationToken.None).AsTask();
        Assert.False(sending.IsCompleted);
        ours.Reset();
        Assert.Equal(SocketError.OperationAborted, (await receiving.WaitAsync(s_patience)).Error);
        Assert.False((await sending.WaitAsync(s_patience)).Succeeded);
        var exception = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (await peer.ReceiveAsync(new byte[65536]) > 0)
            {
            }
        });
        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
        peer.Dispose();
    }

    [Fact]
    public async Task A_flood_on_one_socket_leaves_turns_to_the_others()
    {
        var (flooder, flooded) = await Tunnel.ConnectAsync();
        var (caller, called) = await Tunnel.ConnectAsync();
        using var busy = new LoopSocket(flooded) { Inline = true };
        using var quiet = new LoopSocket(called) { Inline = true };
        using var stop = new CancellationTokenSource();
        quiet.Join(busy);
        var flooding = Task.Run(async () =>
        {
            var chunk = new byte[1 << 20];
            while (!stop.IsCancellationRequested)
            {
                await flooder.SendAsync(chunk);
            }
        });
        var draining = Task.Run(async () =>
        {
            var buffer = new byte[1 << 16];
            while ((await busy.ReceiveAsync(buffer, CancellationToken.None)).Bytes > 0)
            {
            }
        });

        for (var round = 0; round < 50; round++)
        {
            await caller.SendAsync(new byte[1]);
            Assert.Equal(1, (await quiet.ReceiveAsync(new byte[8], CancellationToken.None).AsTask().WaitAsync(s_patience)).Bytes);
        }

        await stop.CancelAsync();
        await flooding;
        flooder.Dispose();
        await draining.WaitAsync(s_patience);
        caller.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connects_or_says_why_not(bool listening)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        if (listening)
        {
            listener.Listen(1);
        }

        var connecting = new LoopSocket(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        var error = await connecting.ConnectAsync(listener.LocalEndPoint!).AsTask().WaitAsync(s_patience);
        Assert.Equal(listening ? SocketError.Success : SocketError.ConnectionRefused, error);
        if (listening)
        {
            using var socket = connecting.Detach();
            Assert.True(socket.Connected);
            Assert.Equal(listener.LocalEndPoint, socket.RemoteEndPoint);
        }
    }

    [Fact]
    public async Task What_a_pipe_left_in_the_socket_is_found_without_another_event()
    {
        var (peer, socket) = await Tunnel.ConnectAsync();
        using var ours = new LoopSocket(socket);
        using var pipe = KernelPipe.TryCreate()!;
        await peer.SendAsync(new byte[100]);

        // A short receive says "empty"; the event that then comes is used up by the pipe, which takes a part only.
        Assert.Equal(100, (await ours.ReceiveAsync(new byte[1000], CancellationToken.None).AsTask().WaitAsync(s_patience)).Bytes);
        await peer.SendAsync(new byte[5000]);
        await ours.WaitReadableAsync(CancellationToken.None).AsTask().WaitAsync(s_patience);
        Assert.True(ours.TryReceive(pipe, 3000, out var piped));
        Assert.Equal(3000, piped.Bytes);
        Assert.True(ours.MayHaveData);
        Assert.Equal(2000, (await ours.ReceiveAsync(new byte[9000], CancellationToken.None).AsTask().WaitAsync(s_patience)).Bytes);
        peer.Dispose();
    }

    [Fact]
    public async Task Who_came_at_once_is_accepted_without_another_event()
    {
        // A unix socket: connecting to it puts the client into the queue.
        using var directory = new TemporaryDirectory();
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(Path.Combine(directory.Root, "socket")));
        listening.Listen();
        using var ours = new LoopSocket(listening);
        Socket[] clients = [.. Enumerable.Range(0, 3).Select(_ => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))];
        foreach (var client in clients)
        {
            await client.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(directory.Root, "socket")));
        }

        // One event for all three, as they were there before the watch.
        Assert.Equal(0, ours.Watch());
        await Eventually.IsTrueAsync(() => ours.MayHaveData);
        foreach (var client in clients)
        {
            Assert.True(ours.TryAccept(out var accepted, out _));
            accepted!.Dispose();
            client.Dispose();
        }

        Assert.False(ours.TryAccept(out _, out _));
    }
}
