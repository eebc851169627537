namespace FastProxy.Tests.Transport.Splicing;

/// <summary>A clock that stands still until it is moved; its timers then fire on the mover's thread.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private readonly List<SteppedTimer> _timers = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that were ever made.</summary>
    public int Timers
    {
        get
        {
            lock (_timers)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>Timers that would fire.</summary>
    public int Running
    {
        get
        {
            lock (_timers)
            {
                return _timers.Count(timer => timer.Period > TimeSpan.Zero);
            }
        }
    }

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SteppedTimer(callback, state) { Period = period };
        lock (_timers)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Moves the clock and fires every running timer once.</summary>
    public void Step(TimeSpan by)
    {
        _now += by;
        SteppedTimer[] timers;
        lock (_timers)
        {
            timers = [.. _timers.Where(timer => timer.Period > TimeSpan.Zero)];
        }

        Array.ForEach(timers, timer => timer.Fire());
    }
}
