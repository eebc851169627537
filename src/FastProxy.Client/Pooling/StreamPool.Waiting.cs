using System.Globalization;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Pooling;

/// <content>Waiting for a stream, and what is said to who waits in vain.</content>
public sealed partial class StreamPool
{
    private ConnectFailure Closed() => new(ConnectStage.Refused, _closedBecause) { Status = ReasonCode.Shutdown.ToHttpStatus(), Reason = ReasonCode.Shutdown.ToName() };

    private async ValueTask<PoolDial> WaitAsync(PoolWaiter waiter, CancellationToken cancellationToken)
    {
        await using var timer = _timeProvider.CreateTimer(_ => GiveUp(waiter, TimedOut), null, _options.Wait, Timeout.InfiniteTimeSpan);
        await using var cancelled = cancellationToken.UnsafeRegister(
            _ => GiveUp(waiter, static () => new ConnectFailure(ConnectStage.Cancelled, "cancelled")), null);
        var taken = await waiter.Task;
        if (taken.Connection is not null)
        {
            Interlocked.Increment(ref _handOuts);
        }

        return taken;
    }

    private void GiveUp(PoolWaiter waiter, Func<ConnectFailure> failure)
    {
        lock (_lock)
        {
            if (_waiters.Remove(waiter))
            {
                _waitsInVain++;
                waiter.SetResult(new PoolDial(null, failure()));
            }
        }
    }

    /// <summary>The caller holds the lock.</summary>
    private ConnectFailure TimedOut()
    {
        var seconds = _options.Wait.TotalSeconds;
        if (_idle.Count + _busy.Count + _dialing + _dialingAgain < _options.Max)
        {
            return new ConnectFailure(ConnectStage.Tcp, string.Create(CultureInfo.InvariantCulture, $"no stream to the gateway could be made within {seconds:0.###} s"));
        }

        return new ConnectFailure(ConnectStage.Refused, string.Create(
            CultureInfo.InvariantCulture,
            $"429 all {_options.Max} streams are in use, as many as pool.max allows, and none came free within {seconds:0.###} s"))
        {
            Status = ReasonCode.LimitSessions.ToHttpStatus(),
            Reason = ReasonCode.LimitSessions.ToName(),
        };
    }
}
