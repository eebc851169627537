namespace FastProxy.Storage;

/// <summary>When one token was last used, and up to when that is written down. Thread-safe.</summary>
internal sealed class TokenUse
{
    /// <summary>
    /// How far ahead a use may lie of one that is noted now: two gateways' clocks differ by less. What lies further was noted by a clock that was
    /// wrong, and would otherwise stand for as long as that one was ahead.
    /// </summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromDays(2);

    private long _seen;
    private long _written;

    /// <summary>A token that was never used.</summary>
    public TokenUse()
    {
    }

    /// <summary>A token of which a use is written down.</summary>
    public TokenUse(DateTimeOffset written)
    {
        _seen = written.UtcTicks;
        _written = written.UtcTicks;
    }

    /// <summary>The latest use.</summary>
    public DateTimeOffset LastSeen => new(Interlocked.Read(ref _seen), TimeSpan.Zero);

    /// <summary>The latest use, if it is not written down.</summary>
    public DateTimeOffset? Unwritten
    {
        get
        {
            var seen = Interlocked.Read(ref _seen);
            return seen != Interlocked.Read(ref _written) ? new DateTimeOffset(seen, TimeSpan.Zero) : null;
        }
    }

    /// <summary>Notes a use, unless a later one is known.</summary>
    /// <param name="time">When it was.</param>
    /// <param name="isPlausible">Whether nothing says that this clock is behind: it then overrules a use beyond the <see cref="Tolerance"/>.</param>
    public void Mark(DateTimeOffset time, bool isPlausible)
    {
        var value = time.UtcTicks;
        for (var old = Interlocked.Read(ref _seen); value > old || (isPlausible && old - value > Tolerance.Ticks);)
        {
            var found = Interlocked.CompareExchange(ref _seen, value, old);
            if (found == old)
            {
                return;
            }

            old = found;
        }
    }

    /// <summary>The use is written down. One writer at a time.</summary>
    public void Written(DateTimeOffset time) => Interlocked.Exchange(ref _written, time.UtcTicks);
}
