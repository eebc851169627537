using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Tests.Transport.Splicing;

public sealed class WebSocketLinkTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_abort_that_was_called_off_does_not_come_late(bool calledOff)
    {
        var (near, far) = await Tunnel.ConnectAsync();
        using var peer = far;
        var clock = new LateClock();
        await using var link = new WebSocketLink(
            new SocketEnd(near, ReasonCode.StreamLost), new LinkOptions(PeerRole.Client, ZeroMask: true, TextHandling.Control, StreamProtocol.LongestMessage, clock));
        link.AbortSoon(ReasonCode.Revoked);
        if (calledOff)
        {
            link.CancelAbort();
        }

        // What was queued already runs, whatever happened to its timer since.
        clock.Run();
        Assert.Equal(calledOff ? ReasonCode.Ok : ReasonCode.Revoked, link.Fault);
    }

    /// <summary>A clock whose timers are due at once and run when the test says so, disposed or not.</summary>
    private sealed class LateClock : TimeProvider
    {
        private readonly List<Action> _queued = [];

        public void Run() => _queued.ForEach(callback => callback());

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _queued.Add(() => callback(state));
            return new SteppedTimer(callback, state);
        }
    }
}
