using System.Diagnostics;
using System.Text;
using FastProxy.FunctionalTests.Peers;
using FastProxy.Testing.Raw;
using FastProxy.WebSockets;

namespace FastProxy.FunctionalTests.Hostile;

/// <summary>Callers with a good credential and bad frames.</summary>
public sealed class FrameTests(BesiegedGateway besieged) : IClassFixture<BesiegedGateway>, IDisposable
{
    // One session holds two batches of at most 256 KiB and a control message; the rest is garbage of the runtime's youngest
    // generation, which it lets grow to the size of the last-level cache (32 MiB is common) before it looks.
    private const long MaxGrowth = 64 << 20;

    private const byte Fin = 0x80;
    private const uint Key = 0x5A17C3E9;

    private static readonly TimeSpan s_flood = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));

    public void Dispose() => _limit.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task AFrameThatClaims2To63BytesIsAnError(bool ours) => AttackAsync("a frame of 2^63 bytes", ours, async peer =>
    {
        await peer.WriteAsync(Frame(Opcode.Binary, Fin, [1, 2, 3]) with { ClaimedLength = 1UL << 63 }, _limit.Token);
        await AssertClosedAsync(peer, CloseCode.ProtocolError);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task AFrameThatClaims2To62BytesIsPassedOnAsItComes(bool ours) => AttackAsync("a frame of 2^62 bytes", ours, async peer =>
    {
        const int Length = 32 << 20;
        await peer.WriteAsync(new RawFrame(Fin | (byte)Opcode.Binary, default) { Key = 0, ClaimedLength = 1UL << 62 }, _limit.Token);
        var receiving = ReceiveAsync(peer, Length);
        var chunk = new byte[64 * 1024];
        for (var sent = 0; sent < Length; sent += chunk.Length)
        {
            await peer.Socket.WriteAsync(chunk, _limit.Token);
        }

        Assert.Equal(Length, await receiving);
    });

    [Fact]
    public Task AControlMessageThatClaims2To62BytesIsAnError() => AttackAsync("a control message of 2^62 bytes", ours: true, async peer =>
    {
        await peer.WriteAsync(new RawFrame(Fin | (byte)Opcode.Text, default) { Key = 0, ClaimedLength = 1UL << 62 }, _limit.Token);
        await peer.Socket.WriteAsync(Encoding.ASCII.GetBytes(new string(' ', 8 * 1024)), _limit.Token);
        await AssertClosedAsync(peer, CloseCode.MessageTooBig);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task EndlessFragmentsOfOneByteArePassedOn(bool ours) => AttackAsync("fragments of 1 byte", ours, async peer =>
    {
        const int Count = 200_000;
        await peer.WriteAsync(Frame(Opcode.Binary, 0, [0]), _limit.Token);
        var receiving = ReceiveAsync(peer, Count + 1);
        await RepeatAsync(peer, Frame(Opcode.Continuation, 0, [7]), Count);
        Assert.Equal(Count + 1, await receiving);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task EndlessEmptyFragmentsCostNothing(bool ours) => AttackAsync("empty fragments", ours, async peer =>
    {
        await peer.WriteAsync(Frame(Opcode.Binary, 0, []), _limit.Token);
        await RepeatAsync(peer, Frame(Opcode.Continuation, 0, []), 2_000_000);
        await peer.WriteAsync(Frame(Opcode.Continuation, Fin, [7]), _limit.Token);
        Assert.Equal(1, await ReceiveAsync(peer, 1));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public Task AnEndlessControlMessageCostsNothing(int fragment) => AttackAsync($"a control message in fragments of {fragment} bytes", ours: true, async peer =>
    {
        await peer.WriteAsync(Frame(Opcode.Text, 0, []), _limit.Token);
        await RepeatAsync(peer, Frame(Opcode.Continuation, 0, new byte[fragment]), fragment == 0 ? 500_000 : 4096);
        await peer.WriteAsync(Frame(Opcode.Continuation, 0, new byte[1]), _limit.Token);
        if (fragment == 1)
        {
            await AssertClosedAsync(peer, CloseCode.MessageTooBig);
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task AFrameWithoutAMaskIsAnError(bool ours) => AttackAsync("unmasked frames", ours, async peer =>
    {
        await peer.WriteAsync(Frame(Opcode.Binary, Fin, [1, 2, 3]) with { Key = null }, _limit.Token);
        await AssertClosedAsync(peer, CloseCode.ProtocolError);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task PingsWhosePongsAreNotReadAreNotHoarded(bool ours) => AttackAsync("pings, pongs unread", ours, async peer =>
        Assert.NotEqual(0, await FloodAsync(peer, Frame(Opcode.Ping, Fin, new byte[125]))));

    [Fact]
    public Task PingMessagesWhosePongsAreNotReadAreNotHoarded() => AttackAsync("ping messages, pongs unread", ours: true, async peer =>
        Assert.NotEqual(0, await FloodAsync(peer, Text("""{"type":"ping","n":1}"""))));

    [Fact]
    public Task EchoesThatAreNotReadHoldTheSenderBack() => AttackAsync("unread echoes", ours: true, async peer =>
        Assert.NotEqual(0, await FloodAsync(peer, Frame(Opcode.Binary, Fin, new byte[16 * 1024]))));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"type":"nonsense"}""")]
    [InlineData("""{"type":"open","id":2}""")]
    [InlineData("""{"type":"eof","id":1,"id":1}""")]
    public Task AControlMessageThatMeansNothingEndsTheStream(string text) => AttackAsync("control messages without meaning", ours: true, async peer =>
    {
        await peer.WriteAsync(Text(text), _limit.Token);
        await AssertClosedAsync(peer, CloseCode.ProtocolError);
    });

    [Fact]
    public Task TextToASessionThatKnowsNoneIsDropped() => AttackAsync("text to a stock session", ours: false, async peer =>
    {
        await RepeatAsync(peer, Text(new string('t', 1000)), 10_000);
        await peer.WriteAsync(Frame(Opcode.Binary, Fin, [7]), _limit.Token);
        Assert.Equal(1, await ReceiveAsync(peer, 1));
    });

    private static RawFrame Frame(Opcode opcode, byte fin, byte[] payload) => new((byte)(fin | (byte)opcode), payload) { Key = Key };

    private static RawFrame Text(string text) => Frame(Opcode.Text, Fin, Encoding.UTF8.GetBytes(text));

    private Task AttackAsync(string name, bool ours, Func<RawWebSocketPeer, Task> attack) =>
        besieged.EndureAsync(name + (ours ? "" : ", stock"), MaxGrowth, 1, async () =>
        {
            await using var peer = await GatewayClient.RawAsync(besieged.Gateway, besieged.Host, besieged.Token, ours, _limit.Token);
            await attack(peer);
        }, _limit.Token);

    private async Task AssertClosedAsync(RawWebSocketPeer peer, CloseCode code)
    {
        RawMessage message;
        do
        {
            message = await peer.Socket.ReadAsync(_limit.Token);
        }
        while (message.Kind is FrameEventKind.Data or FrameEventKind.Pong);

        Assert.Equal(FrameEventKind.Close, message.Kind);
        Assert.Equal(code, message.Code);

        // And the connection with it, whether this side answers or not.
        try
        {
            Assert.Equal(FrameEventKind.None, (await peer.Socket.ReadAsync(_limit.Token)).Kind);
        }
        catch (IOException)
        {
            // Reset: bytes of ours were still unread.
        }
    }

    private async Task<int> ReceiveAsync(RawWebSocketPeer peer, int length)
    {
        var received = 0;
        while (received < length)
        {
            var message = await peer.Socket.ReadAsync(_limit.Token);
            Assert.True(message.Kind == FrameEventKind.Data, $"{message.Kind} {message.Code} {message.Text} after {received} of {length} bytes");
            received += message.Payload.Length;
        }

        return received;
    }

    /// <summary>Sends a frame so many times, in large writes.</summary>
    private async Task RepeatAsync(RawWebSocketPeer peer, RawFrame frame, int count)
    {
        var one = frame.ToArray();
        var batch = Batch(one);
        for (var left = count; left > 0;)
        {
            var frames = Math.Min(left, batch.Length / one.Length);
            await peer.Socket.WriteAsync(batch.AsMemory(0, frames * one.Length), _limit.Token);
            left -= frames;
        }
    }

    /// <summary>Sends a frame again and again for two seconds without reading, or until the gateway takes no more.</summary>
    private async Task<long> FloodAsync(RawWebSocketPeer peer, RawFrame frame)
    {
        var batch = Batch(frame.ToArray());
        var began = Stopwatch.GetTimestamp();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        over.CancelAfter(s_flood);
        long sent = 0;
        try
        {
            while (Stopwatch.GetElapsedTime(began) < s_flood)
            {
                await peer.Socket.WriteAsync(batch, over.Token);
                sent += batch.Length;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && !_limit.IsCancellationRequested)
        {
            // The gateway has stopped reading, or has thrown us out.
        }

        return sent;
    }

    private static byte[] Batch(byte[] one)
    {
        var frames = Math.Max(1, 64 * 1024 / one.Length);
        var batch = new byte[frames * one.Length];
        for (var i = 0; i < frames; i++)
        {
            one.CopyTo(batch, i * one.Length);
        }

        return batch;
    }
}
