namespace FastProxy.Transport.Listening;

/// <summary>What became of the wait for a connection's first request; whichever of the two ends comes first is final.</summary>
internal enum RequestState
{
    /// <summary>It is not there yet.</summary>
    Awaited,

    /// <summary>It came in time.</summary>
    Arrived,

    /// <summary>The deadline came first, and resets the connection.</summary>
    Late,
}
