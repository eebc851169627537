using System.Net.Sockets;
using System.Security.Cryptography;
using FastProxy.Testing;
using FastProxy.Testing.Networks;
using FastProxy.Testing.Peers;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Transport.Splicing;

/// <summary>Sessions whose path drops every packet, without FIN or RST, and sessions whose reader only looks like that.</summary>
public sealed class VanishedPeerTests
{
    private static readonly SpliceOptions s_options = SpliceOptions.Default with { KeepAlive = TimeSpan.FromSeconds(1) };

    /// <summary>Two intervals are promised; the kernel by itself would take a quarter of an hour.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>What flows when the cable is cut.</summary>
    private enum Flow
    {
        Nothing,
        Down,
        Up,
        DownToAReaderThatStopped,
    }

    [NetworkFact]
    public Task Both_halves_give_a_session_up_whose_path_drops_every_packet() => Task.WhenAll(
        VanishAsync(SpliceMode.OursTls, Flow.Nothing),
        VanishAsync(SpliceMode.OursTls, Flow.Down),
        VanishAsync(SpliceMode.OursTls, Flow.Up),
        VanishAsync(SpliceMode.OursUnmasked, Flow.Down),
        VanishAsync(SpliceMode.OursUnmasked, Flow.DownToAReaderThatStopped),
        VanishAsync(SpliceMode.StockTls, Flow.Nothing),
        VanishAsync(SpliceMode.StockTls, Flow.Down));

    [NetworkFact]
    public async Task An_origin_that_vanishes_resets_its_session_and_not_the_stream()
    {
        using var network = VethNetwork.Create();
        await using var tunnel = await Tunnel.StartAsync(SpliceMode.OursTls, s_options, s_options, originLeg: network.ConnectAsync);
        await ExchangeOneByteAsync(tunnel);
        network.Cut();
        await tunnel.App.SendAsync(new byte[1000]);
        Assert.Equal(ReasonCode.OriginReset, (await tunnel.Gateway.WaitAsync(s_patience)).Reason);
        Assert.Equal(ReasonCode.OriginReset, (await tunnel.Client.WaitAsync(s_patience)).Reason);
    }

    [NetworkFact]
    public async Task A_short_interruption_costs_no_session_a_byte()
    {
        const int Length = 64 << 20;
        // Short against the two intervals after which the path counts as lost, on a machine that is slow to cut and mend it too.
        var options = s_options with { KeepAlive = TimeSpan.FromSeconds(25) };
        using var network = VethNetwork.Create();
        await using var tunnel = await Tunnel.StartAsync(SpliceMode.OursTls, options, options, wire: network.ConnectAsync);
        var bytes = new SeededBytes(3);
        var receiving = ReceivedBytes.ReadToEndAsync(tunnel.App, CancellationToken.None);
        await tunnel.Origin.SendAllAsync(bytes.ToArray(1 << 20), CancellationToken.None);
        network.Cut();
        var sending = SendRestAsync();
        await Task.Delay(TimeSpan.FromSeconds(3));
        network.Mend();
        await sending.WaitAsync(s_patience);
        tunnel.App.Shutdown(SocketShutdown.Send);
        Assert.Equal(new ReceivedBytes(Length, bytes.Sha256(Length)), await receiving.WaitAsync(s_patience));
        Assert.Equal(ReasonCode.Ok, (await tunnel.Client.WaitAsync(s_patience)).Reason);

        async Task SendRestAsync()
        {
            var buffer = new byte[1 << 20];
            for (var sent = 1 << 20; sent < Length; sent += buffer.Length)
            {
                bytes.Fill(buffer, sent);
                await tunnel.Origin.SendAllAsync(buffer, CancellationToken.None);
            }

            tunnel.Origin.Shutdown(SocketShutdown.Send);
        }
    }

    [Fact]
    public Task A_reader_that_pauses_for_many_intervals_gets_every_byte() =>
        Task.WhenAll(PauseAsync(SpliceMode.OursUnmasked), PauseAsync(SpliceMode.OursTls), PauseAsync(SpliceMode.StockTls));

    private static async Task VanishAsync(SpliceMode mode, Flow flow)
    {
        using var network = VethNetwork.Create();
        await using var tunnel = await Tunnel.StartAsync(mode, s_options, s_options, wire: network.ConnectAsync);
        await ExchangeOneByteAsync(tunnel);
        var flowing = flow switch
        {
            Flow.Down => Task.WhenAll(FloodAsync(tunnel.Origin), DropAsync(tunnel.App)),
            Flow.Up => Task.WhenAll(FloodAsync(tunnel.App), DropAsync(tunnel.Origin)),
            Flow.DownToAReaderThatStopped => FloodAsync(tunnel.Origin),
            _ => Task.CompletedTask,
        };

        network.Cut();

        var (client, gateway) = (await tunnel.Client.WaitAsync(s_patience), await tunnel.Gateway.WaitAsync(s_patience));
        Assert.Equal((mode, flow, ReasonCode.StreamLost, ReasonCode.StreamLost), (mode, flow, client.Reason, gateway.Reason));
        await flowing.WaitAsync(s_patience);
    }

    private static async Task PauseAsync(SpliceMode mode)
    {
        // More than all buffers on the way hold: the kernel lets one grow to 32 MiB (tcp_rmem), and there is one on each of three legs.
        const int Length = 128 << 20;
        var pause = Environment.GetEnvironmentVariable("FASTPROXY_LONG") == "1" ? TimeSpan.FromMinutes(5) : TimeSpan.FromSeconds(12);
        await using var tunnel = await Tunnel.StartAsync(mode, s_options, s_options);
        var (down, up) = (new SeededBytes(1).ToArray(Length), new SeededBytes(2).ToArray(Length));
        var sending = Task.WhenAll(tunnel.Origin.SendAllAsync(down, CancellationToken.None), tunnel.App.SendAllAsync(up, CancellationToken.None));
        await Task.Delay(pause);
        Assert.False(tunnel.Client.IsCompleted);
        Assert.False(tunnel.Gateway.IsCompleted);
        Assert.False(sending.IsCompleted);

        var received = await Task.WhenAll(HashAsync(tunnel.App, Length), HashAsync(tunnel.Origin, Length)).WaitAsync(s_patience);
        await sending.WaitAsync(s_patience);
        Assert.Equal([Convert.ToHexString(SHA256.HashData(down)), Convert.ToHexString(SHA256.HashData(up))], received);
    }

    private static async Task ExchangeOneByteAsync(Tunnel tunnel)
    {
        await tunnel.App.SendAsync(new byte[1]);
        Assert.Equal(1, await tunnel.Origin.ReceiveAsync(new byte[1]).WaitAsync(s_patience));
        await tunnel.Origin.SendAsync(new byte[1]);
        Assert.Equal(1, await tunnel.App.ReceiveAsync(new byte[1]).WaitAsync(s_patience));
    }

    private static async Task FloodAsync(Socket socket)
    {
        await Task.Yield();
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                await socket.SendAsync(buffer);
            }
        }
        catch (SocketException)
        {
            // The session's end.
        }
    }

    private static async Task DropAsync(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The session's end.
        }
    }

    private static async Task<string> HashAsync(Socket socket, int length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        for (var left = length; left > 0;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(0, Math.Min(buffer.Length, left)));
            Assert.NotEqual(0, count);
            hash.AppendData(buffer, 0, count);
            left -= count;
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
