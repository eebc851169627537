namespace FastProxy.Client.Pooling;

/// <summary>What a pool holds now and what it has done since it began. Reading it is one consistent look.</summary>
public sealed record PoolCounters
{
    /// <summary>Streams that wait for a session.</summary>
    public required int Idle { get; init; }

    /// <summary>Streams in use.</summary>
    public required int Busy { get; init; }

    /// <summary>Dials under way.</summary>
    public required int Dialing { get; init; }

    /// <summary>Sessions that wait for a stream.</summary>
    public required int Waiting { get; init; }

    /// <summary>Dials begun, on demand or ahead of it.</summary>
    public required long Dials { get; init; }

    /// <summary>Dials that failed.</summary>
    public required long DialFailures { get; init; }

    /// <summary>Streams handed out to sessions.</summary>
    public required long HandOuts { get; init; }

    /// <summary>Sessions that had to wait for a stream.</summary>
    public required long Waits { get; init; }

    /// <summary>Sessions that waited in vain.</summary>
    public required long WaitsInVain { get; init; }

    /// <summary>Sessions that were opened a second time, on another stream.</summary>
    public required long Retries { get; init; }

    /// <summary>Streams let go, by cause; a cause that never came up is not in it.</summary>
    public required IReadOnlyDictionary<DiscardCause, long> Discards { get; init; }

    /// <summary>
    /// Why no stream can be had, one line, while there is none and the last dial failed; null otherwise. Where nothing is dialled ahead of
    /// demand it passes after the pause that follows a failure: whoever stays away because of it would never bring it to an end.
    /// </summary>
    public required string? Outage { get; init; }

    /// <summary>What a pool that is gone, and others before it, had done: nothing of it is alive.</summary>
    internal static PoolCounters Totals(PoolCounters gone, PoolCounters? before) => new()
    {
        Idle = 0,
        Busy = 0,
        Dialing = 0,
        Waiting = 0,
        Dials = gone.Dials + (before?.Dials ?? 0),
        DialFailures = gone.DialFailures + (before?.DialFailures ?? 0),
        HandOuts = gone.HandOuts + (before?.HandOuts ?? 0),
        Waits = gone.Waits + (before?.Waits ?? 0),
        WaitsInVain = gone.WaitsInVain + (before?.WaitsInVain ?? 0),
        Retries = gone.Retries + (before?.Retries ?? 0),
        Discards = gone.Discards.Concat(before is null ? [] : before.Discards).GroupBy(pair => pair.Key, pair => pair.Value).ToDictionary(group => group.Key, group => group.Sum()),
        Outage = null,
    };
}
