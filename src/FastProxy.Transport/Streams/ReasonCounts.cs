namespace FastProxy.Transport.Streams;

/// <summary>A number for every <see cref="ReasonCode"/>, so that a counter by reason has no more values than there are codes. Thread-safe, without a lock.</summary>
public sealed class ReasonCounts
{
    private readonly long[] _counts = new long[ReasonCodes.Count];

    /// <summary>Counts one more.</summary>
    public void Add(ReasonCode code) => Interlocked.Increment(ref _counts[(int)code]);

    /// <summary>The numbers of now, by the code's value.</summary>
    public IReadOnlyList<long> Read()
    {
        var counts = new long[_counts.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = Volatile.Read(ref _counts[i]);
        }

        return counts;
    }
}
