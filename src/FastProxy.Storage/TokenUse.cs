namespace FastProxy.Storage;

/// <summary>When one token was last used, and up to when that is written down. Thread-safe.</summary>
internal sealed class TokenUse
{
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
            return seen > Interlocked.Read(ref _written) ? new DateTimeOffset(seen, TimeSpan.Zero) : null;
        }
    }

    /// <summary>Notes a use, unless a later one is known.</summary>
    public void Mark(DateTimeOffset time) => Raise(ref _seen, time.UtcTicks);

    /// <summary>The use is written down.</summary>
    public void Written(DateTimeOffset time) => Raise(ref _written, time.UtcTicks);

    private static void Raise(ref long to, long value)
    {
        for (var old = Interlocked.Read(ref to); value > old;)
        {
            var found = Interlocked.CompareExchange(ref to, value, old);
            if (found == old)
            {
                return;
            }

            old = found;
        }
    }
}
