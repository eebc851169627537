namespace FastProxy.Gateway.Tokens;

/// <summary>
/// Whether the wall clock can be believed: it has gone as fast as the machine's counter for an hour. A clock that was set, a machine that slept,
/// and the first hour of a process (whose clock may still be put right) are no ground for deciding that a month has passed. Not thread-safe.
/// </summary>
internal sealed class SteadyClock
{
    /// <summary>How long it must have gone steadily.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    // What slewing and a late look amount to, generously; a clock that was set by less cannot matter among days.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(2);

    private readonly TimeProvider _timeProvider;
    private DateTimeOffset _wall;
    private long _counter;
    private long _steadySince;

    /// <summary>A clock of which nothing is known yet.</summary>
    public SteadyClock(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _wall = timeProvider.GetUtcNow();
        _counter = _steadySince = timeProvider.GetTimestamp();
    }

    /// <summary>Looks at both clocks; ask often, the more the better.</summary>
    public bool IsSteady()
    {
        var (wall, counter) = (_timeProvider.GetUtcNow(), _timeProvider.GetTimestamp());
        var apart = wall - _wall - _timeProvider.GetElapsedTime(_counter, counter);
        (_wall, _counter) = (wall, counter);
        if (apart.Duration() > s_tolerance)
        {
            _steadySince = counter;
        }

        return _timeProvider.GetElapsedTime(_steadySince, counter) >= Patience;
    }
}
