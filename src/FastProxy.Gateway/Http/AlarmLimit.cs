using FastProxy.Access.Stores;

namespace FastProxy.Gateway.Http;

/// <summary>
/// How many alarms of each canary are written to the log: a thief who tries often must fill no disk, and hide no other canary. Holds a few
/// words for each canary that was presented. Thread-safe.
/// </summary>
internal sealed class AlarmLimit(TimeProvider timeProvider)
{
    /// <summary>Lines of one canary within a <see cref="Period"/>; the others are counted, and the next line says how many they were.</summary>
    public const int MostLines = 10;

    private readonly Dictionary<Guid, Count> _counts = [];
    private readonly Lock _gate = new();

    /// <summary>The time for which lines are counted.</summary>
    public static TimeSpan Period { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether an alarm may be written.</summary>
    /// <param name="tokenId">The canary.</param>
    /// <param name="snapshot">What there is now: canaries that are gone are forgotten.</param>
    /// <param name="unreported">How many alarms of this canary were not written since the last that was.</param>
    public bool TryTake(Guid tokenId, AccessSnapshot snapshot, out long unreported)
    {
        lock (_gate)
        {
            unreported = 0;
            if (!_counts.TryGetValue(tokenId, out var count))
            {
                foreach (var gone in _counts.Keys.Where(id => !snapshot.TryGetToken(id, out _)).ToList())
                {
                    _counts.Remove(gone);
                }

                _counts[tokenId] = count = new Count { Began = timeProvider.GetTimestamp() };
            }

            if (timeProvider.GetElapsedTime(count.Began) >= Period)
            {
                (count.Began, count.Lines) = (timeProvider.GetTimestamp(), 0);
            }

            if (count.Lines == MostLines)
            {
                count.Unreported++;
                return false;
            }

            count.Lines++;
            (unreported, count.Unreported) = (count.Unreported, 0);
            return true;
        }
    }

    private sealed class Count
    {
        public long Began { get; set; }

        public int Lines { get; set; }

        public long Unreported { get; set; }
    }
}
