using System.Net.Sockets;
using System.Security.Cryptography;
using FastProxy.Testing.Raw;
using FastProxy.Tests.Transport.Splicing;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Transport.Streams;

/// <summary>A receive that is under way changes hands: whoever is sent away takes nothing along, and whoever comes next misses nothing.</summary>
public sealed class LinkReaderTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_comes_after_an_interrupt_is_the_next_ones()
    {
        await using var peer = await PeerAsync();
        var first = peer.Reader.FillAsync().AsTask();
        Assert.False(first.IsCompleted);
        peer.Reader.Interrupt();
        Assert.Equal(LinkStatus.Interrupted, await first.WaitAsync(s_patience));

        // Everybody is sent away until somebody takes over, even once there is something to read.
        await peer.Raw.WriteMessageAsync(Opcode.Binary, "x"u8.ToArray(), CancellationToken.None);
        Assert.Equal(LinkStatus.Interrupted, await peer.Reader.FillAsync());
        peer.Reader.Resume();
        Assert.Equal(LinkStatus.Data, await peer.Reader.FillAsync().AsTask().WaitAsync(s_patience));
        Assert.Equal(1, peer.Link.Batch.Length);
    }

    [Fact]
    public async Task What_came_while_nobody_waited_is_kept()
    {
        await using var peer = await PeerAsync();
        var first = peer.Reader.FillAsync().AsTask();
        peer.Reader.Interrupt();
        await first.WaitAsync(s_patience);
        await peer.Raw.WriteMessageAsync(Opcode.Binary, "one"u8.ToArray(), CancellationToken.None);
        await peer.Raw.WriteTextAsync("two", CancellationToken.None);
        peer.Reader.Resume();
        Assert.Equal(LinkStatus.Data, await peer.Reader.FillAsync().AsTask().WaitAsync(s_patience));
        Assert.Equal(LinkStatus.Text, await peer.Reader.FillAsync().AsTask().WaitAsync(s_patience));
        Assert.Equal("two"u8.ToArray(), peer.Link.Text.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Interrupts_at_any_moment_lose_and_repeat_no_byte(int seed)
    {
        await using var peer = await PeerAsync();
        var random = new Random(seed);
        var sent = new byte[200_000];
        random.NextBytes(sent);
        var interrupted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sending = Task.Run(async () =>
        {
            for (var at = 0; at < sent.Length;)
            {
                if (at > sent.Length / 2)
                {
                    await interrupted.Task;
                }

                var length = Math.Min(random.Next(1, 3000), sent.Length - at);
                await peer.Raw.WriteMessageAsync(Opcode.Binary, sent.AsMemory(at, length), CancellationToken.None);
                at += length;
            }
        });
        using var interrupting = new CancellationTokenSource();
        var interrupter = Task.Run(async () =>
        {
            while (!interrupting.IsCancellationRequested)
            {
                peer.Reader.Interrupt();
                await Task.Yield();
            }
        });
        using var received = new MemoryStream();
        var interrupts = 0;
        while (received.Length < sent.Length)
        {
            switch (await peer.Reader.FillAsync().AsTask().WaitAsync(s_patience))
            {
                case LinkStatus.Interrupted:
                    interrupts++;
                    interrupted.TrySetResult();
                    peer.Reader.Resume();
                    break;
                case LinkStatus.Data:
                    foreach (var segment in peer.Link.Batch.Segments)
                    {
                        received.Write(segment);
                    }

                    break;
                default:
                    Assert.Fail("the stream ended");
                    break;
            }
        }

        await interrupting.CancelAsync();
        await interrupter;
        await sending;
        Assert.True(interrupts > 0);
        Assert.Equal(SHA256.HashData(sent), SHA256.HashData(received.ToArray()));
    }

    [Fact]
    public async Task An_interrupt_that_comes_during_the_end_begins_no_second_receive()
    {
        var peer = await PeerAsync();
        var ending = peer.Reader.EndAsync().AsTask();
        peer.Reader.Interrupt();

        // Still the first one: it waits for the peer's end.
        Assert.False(ending.IsCompleted);
        await peer.Raw.DisposeAsync();
        await ending.WaitAsync(s_patience);
    }

    private static async Task<Peer> PeerAsync()
    {
        var (ours, theirs) = await Tunnel.ConnectAsync();
        var link = new WebSocketLink(new SocketEnd(ours, ReasonCode.StreamLost), new LinkOptions(PeerRole.Server, ZeroMask: true, TextHandling.Control, StreamProtocol.LongestMessage, TimeProvider.System));
        return new Peer(link, new LinkReader(link), new RawWebSocket(new NetworkStream(theirs, ownsSocket: true), PeerRole.Server));
    }

    private sealed record Peer(WebSocketLink Link, LinkReader Reader, RawWebSocket Raw) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Raw.DisposeAsync();
            await Reader.EndAsync();
        }
    }
}
