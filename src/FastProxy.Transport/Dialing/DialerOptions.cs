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

    /// <summary>Idle time before the first TCP keep-alive probe, whole seconds. Defaults to 25 s: below the shortest idle limit middleboxes are known for.</summary>
    public TimeSpan KeepAliveIdle { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Time between two TCP keep-alive probes, whole seconds. Defaults to 12 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>Unanswered probes after which the kernel gives the peer up. Defaults to 2.</summary>
    public int KeepAliveProbes { get; init; } = 2;
}
