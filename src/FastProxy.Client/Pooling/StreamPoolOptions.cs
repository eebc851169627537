namespace FastProxy.Client.Pooling;

/// <summary>How many streams a pool keeps, and for how long. Immutable.</summary>
public sealed record StreamPoolOptions
{
    /// <summary>The options used when none are given.</summary>
    public static StreamPoolOptions Default { get; } = new();

    /// <summary>Idle streams kept ready ahead of demand; 0 dials only on demand. Defaults to 2.</summary>
    public int MinIdle { get; init; } = 2;

    /// <summary>Idle streams kept at most; what is given back beyond them is closed. Defaults to 64.</summary>
    public int MaxIdle { get; init; } = 64;

    /// <summary>Streams at once, idle and busy, at least 1; beyond it sessions wait their turn. Defaults to 1,000.</summary>
    public int Max { get; init; } = 1000;

    /// <summary>A stream takes no new session beyond this age (up to a tenth earlier, so that not all retire at once). Defaults to 50 minutes, below the hour of common load balancers.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(50);

    /// <summary>Sessions that one stream carries at most. Defaults to 100,000.</summary>
    public long MaxSessions { get; init; } = 100_000;

    /// <summary>How long a session waits for a stream before it is refused with <c>limit_sessions</c>. Defaults to 10 seconds.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// An idle stream is asked whether it is alive when nothing was heard for half of this, and given up after twice it; only on a
    /// stream that was heard within it do bytes go ahead of <c>opened</c>. Defaults to 25 seconds.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(25);
}
