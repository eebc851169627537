using FastProxy.Access.Stores;
using FastProxy.Transport.Listening;

namespace FastProxy.Gateway.Http;

/// <summary>
/// How many alarms of each canary are written to the log: a thief who tries often must fill no disk, and hide no other canary. Holds a few
/// words for each canary that was presented. Thread-safe.
/// </summary>
internal sealed class AlarmLimit(TimeProvider timeProvider)
{
    private readonly Dictionary<Guid, LogLimit> _limits = [];
    private readonly Lock _gate = new();

    /// <summary>Whether an alarm may be written.</summary>
    /// <param name="tokenId">The canary.</param>
    /// <param name="snapshot">What there is now: canaries that are gone are forgotten.</param>
    /// <param name="unreported">How many alarms of this canary were not written since the last that was.</param>
    public bool TryTake(Guid tokenId, AccessSnapshot snapshot, out long unreported)
    {
        lock (_gate)
        {
            if (!_limits.TryGetValue(tokenId, out var limit))
            {
                foreach (var gone in _limits.Keys.Where(id => !snapshot.TryGetToken(id, out _)).ToList())
                {
                    _limits.Remove(gone);
                }

                _limits[tokenId] = limit = new LogLimit(timeProvider);
            }

            return limit.TryTake(out unreported);
        }
    }
}
