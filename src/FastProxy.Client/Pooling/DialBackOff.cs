namespace FastProxy.Client.Pooling;

/// <summary>
/// When to dial again after failures: twice as long each time, from half a second to half a minute, jittered by half so that many
/// bastions do not come back to a restarted gateway in the same moment. Not thread-safe.
/// </summary>
internal sealed class DialBackOff(TimeProvider timeProvider, Func<double> random)
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private int _failures;
    private long _failedAt;
    private TimeSpan _pause;

    /// <summary>Whether the last dial failed.</summary>
    public bool IsFailing => _failures > 0;

    /// <summary>Whether it is too early to dial ahead of demand.</summary>
    public bool IsPausing => _failures > 0 && timeProvider.GetElapsedTime(_failedAt) < _pause;

    public void Succeeded() => _failures = 0;

    public void Failed()
    {
        if (IsPausing)
        {
            // One of several that were under way together: that is one failure.
            return;
        }

        var pause = Math.Min(s_longest.Ticks, s_shortest.Ticks << Math.Min(_failures, 10));
        _failures++;
        _failedAt = timeProvider.GetTimestamp();
        _pause = TimeSpan.FromTicks((long)(pause * (0.5 + (0.5 * random()))));
    }
}
