using FastProxy.Testing;

namespace FastProxy.Tests.Gateway.Tokens;

/// <summary>A clock that stands still until it is moved, and whose wall can be set apart from its counter.</summary>
internal sealed class JumpingTime : TimeProvider
{
    private readonly ManualTime _time = new();

    /// <summary>How far the wall clock is ahead of the counter.</summary>
    public TimeSpan Ahead { get; set; }

    public override long TimestampFrequency => _time.TimestampFrequency;

    public override long GetTimestamp() => _time.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => _time.GetUtcNow() + Ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _time.CreateTimer(callback, state, dueTime, period);

    public void Advance(TimeSpan time) => _time.Advance(time);
}
