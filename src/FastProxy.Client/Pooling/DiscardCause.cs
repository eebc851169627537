namespace FastProxy.Client.Pooling;

/// <summary>Why a pool let go of a stream.</summary>
public enum DiscardCause
{
    /// <summary>It was older than <see cref="StreamPoolOptions.MaxAge"/>.</summary>
    Age,

    /// <summary>It had carried <see cref="StreamPoolOptions.MaxSessions"/> sessions.</summary>
    Sessions,

    /// <summary>There were <see cref="StreamPoolOptions.MaxIdle"/> idle ones already.</summary>
    Surplus,

    /// <summary>The gateway said <c>drain</c>.</summary>
    Drained,

    /// <summary>The gateway closed it.</summary>
    Closed,

    /// <summary>It broke, idle or in a session.</summary>
    Lost,

    /// <summary>It did not answer for two keep-alive intervals.</summary>
    Silent,

    /// <summary>Something came that breaks the protocol.</summary>
    Protocol,

    /// <summary>The machine's way to the gateway changed.</summary>
    Network,

    /// <summary>A stock peer's connection carries one session.</summary>
    Spent,

    /// <summary>The pool was closed, or its credential is not in use any more.</summary>
    Retired,
}
