namespace FastProxy.Transport.Dialing;

/// <summary>How connections are made. Immutable; <see cref="Default"/> is what the product uses.</summary>
public sealed record DialerOptions
{
    /// <summary>The defaults.</summary>
    public static DialerOptions Default { get; } = new();

    /// <summary>Time for name resolution, every address and a proxy's answer together. Defaults to 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Head start of one address before the next is tried beside it (RFC 8305 section 5). Defaults to 250 ms.</summary>
    public TimeSpan AttemptDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Silence after which TCP asks the peer whether it is there; two unanswered questions later, within twice this, the kernel gives it
    /// up. At least a second. Defaults to 25 s: below the shortest idle limit middleboxes are known for.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(25);
}
