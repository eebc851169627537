namespace FastProxy.Transport.Splicing;

/// <summary>The time limits of a splice. Immutable.</summary>
public sealed record SpliceOptions
{
    /// <summary>The options used when none are given.</summary>
    public static SpliceOptions Default { get; } = new();

    /// <summary>Ends a session that moves no byte in either direction for this long; zero never does. Defaults to zero.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>Ends a session of which one direction has ended and the other moves no byte for this long; zero never does. Defaults to one hour.</summary>
    public TimeSpan HalfClosedTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long the second direction may stay silent after the first ended, where the remote end cannot half-close
    /// (a stock peer): what is still in flight arrives, but nobody waits for a peer that does not know. Defaults to 2 seconds.
    /// </summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often an end that sends nothing says that it is still there; a peer that has vanished, on either side, is given up within two of
    /// these. Zero does neither. Defaults to 25 seconds.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>The clock. Defaults to the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
