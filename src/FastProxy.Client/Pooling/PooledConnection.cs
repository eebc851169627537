using System.Net;

namespace FastProxy.Client.Pooling;

/// <summary>What a pool keeps: a <c>fastproxy.v1</c> stream, or towards a stock peer a connection that is ready for its upgrade.</summary>
internal abstract class PooledConnection
{
    /// <summary>Timestamp of when it joined the pool.</summary>
    public long AdmittedAt { get; set; }

    /// <summary>Timestamp from which on it takes no new session.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>Whether it must not be used again, for a reason that came up while it was busy.</summary>
    public DiscardCause? Condemned { get; set; }

    /// <summary>Timestamp of the first question since it was last heard; null before it was ever asked.</summary>
    public long? AskedAt { get; set; }

    /// <summary>The pool's watch over it while it is idle; completes when it is taken or ends.</summary>
    public Task Watching { get; set; } = Task.CompletedTask;

    /// <summary>What the watch found; null while the connection is good.</summary>
    public DiscardCause? Ended { get; set; }

    /// <summary>Sessions it has carried.</summary>
    public abstract long Sessions { get; }

    /// <summary>Timestamp of when the peer was last heard.</summary>
    public abstract long Heard { get; }

    /// <summary>Whether the peer said that it takes no more sessions.</summary>
    public abstract bool IsDraining { get; }

    /// <summary>Our address on it; null where it is not an IP connection.</summary>
    public abstract IPEndPoint? Local { get; }

    /// <summary>The peer's address; null where it is not an IP connection.</summary>
    public abstract IPEndPoint? Remote { get; }

    /// <summary>Reads while nobody uses it. Null when <see cref="StopWatching"/> ended that.</summary>
    public abstract Task<DiscardCause?> WatchAsync();

    /// <summary>Ends the watch: the connection is about to be used.</summary>
    public abstract void StopWatching();

    /// <summary>Asks the peer whether it is there, where there is a question to ask.</summary>
    public abstract ValueTask PingAsync();

    /// <summary>Breaks it if it waits for the answer to an <c>open</c> and the peer has vanished; a session that is open looks after itself.</summary>
    /// <param name="keepAlive">The keep-alive interval.</param>
    public abstract void AbortIfLost(TimeSpan keepAlive);

    /// <summary>Ends it, in order where <paramref name="cause"/> leaves anybody to talk to. Never throws.</summary>
    public abstract ValueTask CloseAsync(DiscardCause cause);
}
