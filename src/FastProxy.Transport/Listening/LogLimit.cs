namespace FastProxy.Transport.Listening;

/// <summary>
/// How many lines of one cause a log gets: who can bring one about as often as they like must fill no disk. What is left out is counted, and
/// the next line says how many those were. Thread-safe.
/// </summary>
/// <param name="timeProvider">The clock.</param>
/// <param name="mostLines">Lines within a <paramref name="period"/>, at least 1.</param>
/// <param name="period">The time for which lines are counted.</param>
public sealed class LogLimit(TimeProvider timeProvider, int mostLines, TimeSpan period)
{
    /// <summary>Lines within a <see cref="Period"/> of what a stranger brings about: enough to see who it is.</summary>
    public const int MostLines = 10;

    private readonly Lock _gate = new();
    private long _began = timeProvider.GetTimestamp();
    private int _lines;
    private long _leftOut;

    /// <summary>A limit for what a stranger brings about: <see cref="MostLines"/> within a <see cref="Period"/>.</summary>
    /// <param name="timeProvider">The clock.</param>
    public LogLimit(TimeProvider timeProvider)
        : this(timeProvider, MostLines, Period)
    {
    }

    /// <summary>One minute.</summary>
    public static TimeSpan Period { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether a line may be written now.</summary>
    /// <param name="leftOut">How many were left out since the last that was written.</param>
    public bool TryTake(out long leftOut)
    {
        lock (_gate)
        {
            leftOut = 0;
            var now = timeProvider.GetTimestamp();
            if (timeProvider.GetElapsedTime(_began, now) >= period)
            {
                (_began, _lines) = (now, 0);
            }

            if (_lines == mostLines)
            {
                _leftOut++;
                return false;
            }

            // The time is counted from the first line.
            _began = _lines == 0 ? now : _began;
            _lines++;
            (leftOut, _leftOut) = (_leftOut, 0);
            return true;
        }
    }
}
