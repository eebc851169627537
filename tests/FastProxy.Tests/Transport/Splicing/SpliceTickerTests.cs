using System.Net.Sockets;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Tests.Transport.Splicing;

public sealed class SpliceTickerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_timer_watches_all_sessions_of_a_clock_and_rests_when_there_are_none()
    {
        var clock = new SteppedClock();
        var options = new SpliceOptions { IdleTimeout = TimeSpan.FromMinutes(1), TimeProvider = clock };
        var (first, firstPeers) = await StartAsync(options);
        var (second, secondPeers) = await StartAsync(options);
        var (third, thirdPeers) = await StartAsync(options);
        Assert.Equal((1, 1), (clock.Timers, clock.Running));

        // The one in the middle leaves first: the others keep their places.
        Array.ForEach(secondPeers, peer => peer.Shutdown(SocketShutdown.Send));
        Assert.Equal(ReasonCode.Ok, (await second.WaitAsync(s_patience)).Reason);
        clock.Step(TimeSpan.FromSeconds(59));
        Assert.False(first.IsCompleted || third.IsCompleted);
        clock.Step(TimeSpan.FromSeconds(1));
        Assert.Equal(ReasonCode.Idle, (await first.WaitAsync(s_patience)).Reason);
        Assert.Equal(ReasonCode.Idle, (await third.WaitAsync(s_patience)).Reason);
        Assert.Equal((1, 0), (clock.Timers, clock.Running));

        // And begins again with the next one.
        var (fourth, fourthPeers) = await StartAsync(options);
        Assert.Equal((1, 1), (clock.Timers, clock.Running));
        clock.Step(TimeSpan.FromMinutes(1));
        Assert.Equal(ReasonCode.Idle, (await fourth.WaitAsync(s_patience)).Reason);
        Array.ForEach([.. firstPeers, .. secondPeers, .. thirdPeers, .. fourthPeers], peer => peer.Dispose());
    }

    private static async Task<(Task<SpliceOutcome> Session, Socket[] Peers)> StartAsync(SpliceOptions options)
    {
        var (client, local) = await Tunnel.ConnectAsync();
        var (origin, remote) = await Tunnel.ConnectAsync();
        var session = Splice.RunAsync(
            new SocketEnd(local, ReasonCode.ClientReset), new SocketEnd(remote, ReasonCode.OriginReset), options, null, CancellationToken.None);
        return (session, [client, origin]);
    }
}
