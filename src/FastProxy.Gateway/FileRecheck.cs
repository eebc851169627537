namespace FastProxy.Gateway;

/// <summary>
/// Says when files that may change are to be looked at again: once an interval, by one of those who ask. A flood of questions costs no flood
/// of stats. Thread-safe.
/// </summary>
/// <param name="interval">How often, at most.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class FileRecheck(TimeSpan interval, TimeProvider timeProvider)
{
    private long _lookedAt = timeProvider.GetTimestamp();

    /// <summary>Whether the caller is the one who looks now.</summary>
    public bool IsDue()
    {
        var last = Volatile.Read(ref _lookedAt);
        var now = timeProvider.GetTimestamp();
        return timeProvider.GetElapsedTime(last, now) >= interval && Interlocked.CompareExchange(ref _lookedAt, now, last) == last;
    }
}
