using System.Buffers;
using System.Runtime.CompilerServices;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// One timer for all splices of a clock: a timer each is memory and a queue entry for every idle session, and a second is fine enough
/// for limits that are counted in seconds and hours. Thread-safe.
/// </summary>
internal sealed class SpliceTicker
{
    private static readonly ConditionalWeakTable<TimeProvider, SpliceTicker> s_tickers = [];
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private readonly List<Splice> _splices = [];
    private readonly ITimer _timer;

    private SpliceTicker(TimeProvider timeProvider)
    {
        // It outlives whoever comes first, whose context it must not hold.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _timer = timeProvider.CreateTimer(static self => ((SpliceTicker)self!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The ticker of a clock.</summary>
    public static SpliceTicker Of(TimeProvider timeProvider) => s_tickers.GetValue(timeProvider, static clock => new SpliceTicker(clock));

    /// <summary>Begins to tick for a splice; disposing what it returns ends it.</summary>
    public SpliceTicks Add(Splice splice)
    {
        lock (_splices)
        {
            splice.TickerIndex = _splices.Count;
            _splices.Add(splice);
            if (_splices.Count == 1)
            {
                _timer.Change(s_period, s_period);
            }
        }

        return new SpliceTicks(this, splice);
    }

    /// <summary>Ends it; a tick that is under way may still come.</summary>
    public void Remove(Splice splice)
    {
        lock (_splices)
        {
            // The last one takes its place.
            var last = _splices[^1];
            _splices[splice.TickerIndex] = last;
            last.TickerIndex = splice.TickerIndex;
            _splices.RemoveAt(_splices.Count - 1);
            if (_splices.Count == 0)
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void OnTick()
    {
        Splice[] due;
        int count;
        lock (_splices)
        {
            count = _splices.Count;
            due = ArrayPool<Splice>.Shared.Rent(count);
            _splices.CopyTo(due);
        }

        // Outside the lock: a tick may end its splice.
        foreach (var splice in due.AsSpan(0, count))
        {
            splice.OnTick();
        }

        ArrayPool<Splice>.Shared.Return(due, clearArray: true);
    }
}
