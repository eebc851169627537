namespace FastProxy.Tests.Transport.Splicing;

/// <summary>A timer of a <see cref="SteppedClock"/>.</summary>
internal sealed class SteppedTimer(TimerCallback callback, object? state) : ITimer
{
    /// <summary>Positive while it runs.</summary>
    public TimeSpan Period { get; set; }

    public void Fire() => callback(state);

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Period = period;
        return true;
    }

    public void Dispose() => Period = Timeout.InfiniteTimeSpan;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
