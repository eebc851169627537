using System.Net.Sockets;
using System.Security.Cryptography;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Transport.Splicing;

/// <summary>What must hold while a bulk flow stays in the kernel: the ends of a session, and whatever splice(2) treats in its own way.</summary>
public sealed class PipedSpliceTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_reset_in_the_middle_of_a_bulk_flow_is_never_taken_for_its_end()
    {
        for (var round = 0; round < 5; round++)
        {
            await using var tunnel = await Tunnel.StartAsync(SpliceMode.OursUnmasked);
            var flow = BulkFlow.Start(tunnel.Origin, tunnel.App);
            await flow.PassAsync(32 << 20).WaitAsync(s_patience);
            tunnel.Origin.Close(timeout: 0);
            await Assert.ThrowsAsync<SocketException>(() => flow.PassAsync(long.MaxValue).WaitAsync(s_patience));
            Assert.Equal(ReasonCode.OriginReset, (await tunnel.Client.WaitAsync(s_patience)).Reason);
        }
    }

    [Fact]
    public async Task A_receiver_that_goes_away_in_a_bulk_flow_ends_the_session()
    {
        await using var tunnel = await Tunnel.StartAsync(SpliceMode.OursUnmasked);
        var flow = BulkFlow.Start(tunnel.Origin, tunnel.App);
        await flow.PassAsync(32 << 20).WaitAsync(s_patience);
        tunnel.App.Close(timeout: 0);
        Assert.Equal(ReasonCode.ClientReset, (await tunnel.Client.WaitAsync(s_patience)).Reason);
        Assert.Equal(ReasonCode.ClientReset, (await tunnel.Gateway.WaitAsync(s_patience)).Reason);
    }

    [Fact]
    public async Task Urgent_bytes_in_a_bulk_flow_stay_in_their_place()
    {
        await using var tunnel = await Tunnel.StartAsync(SpliceMode.OursUnmasked);
        var part = RandomNumberGenerator.GetBytes(8 << 20);
        var receiving = Task.Run(() => ReceiveExactly(tunnel.Origin, (part.Length + 1) * 4));
        await Task.Run(() =>
        {
            for (byte round = 0; round < 4; round++)
            {
                Send(tunnel.App, part, SocketFlags.None);
                Send(tunnel.App, [round], SocketFlags.OutOfBand);
            }
        }).WaitAsync(s_patience);
        var received = await receiving.WaitAsync(s_patience);
        for (var round = 0; round < 4; round++)
        {
            var at = round * (part.Length + 1);
            Assert.True(part.AsSpan().SequenceEqual(received.AsSpan(at, part.Length)), $"part {round}");
            Assert.Equal(round, received[at + part.Length]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(1_048_577)]
    public async Task Small_messages_after_a_bulk_flow_arrive_at_once(int size)
    {
        await using var tunnel = await Tunnel.StartAsync(SpliceMode.OursUnmasked);
        for (var round = 0; round < 10; round++)
        {
            var bytes = RandomNumberGenerator.GetBytes(6 << 20);
            var small = RandomNumberGenerator.GetBytes(size);
            var receiving = Task.Run(() => ReceiveExactly(tunnel.Origin, bytes.Length));
            await Task.Run(() => Send(tunnel.App, bytes, SocketFlags.None)).WaitAsync(s_patience);
            Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(await receiving.WaitAsync(s_patience)));
            receiving = Task.Run(() => ReceiveExactly(tunnel.Origin, small.Length));
            await Task.Run(() => Send(tunnel.App, small, SocketFlags.None)).WaitAsync(s_patience);
            Assert.Equal(SHA256.HashData(small), SHA256.HashData(await receiving.WaitAsync(s_patience)));
        }
    }

    private static void Send(Socket socket, byte[] bytes, SocketFlags flags)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += socket.Send(bytes, sent, bytes.Length - sent, flags);
        }
    }

    private static byte[] ReceiveExactly(Socket socket, int size)
    {
        var bytes = new byte[size];
        for (var received = 0; received < size;)
        {
            var count = socket.Receive(bytes, received, size - received, SocketFlags.None);
            Assert.NotEqual(0, count);
            received += count;
        }

        return bytes;
    }
}
