namespace FastProxy.Gateway;

/// <summary>
/// <c>limits:</c> with <c>auto</c> already resolved. A count is at least 1. A time-out is at least 1 ms unless its summary says
/// what zero means, and at most 1,000 hours, so that every timer takes it.
/// </summary>
public sealed record LimitOptions
{
    /// <summary>
    /// File descriptors that sessions and idle streams may hold together: RLIMIT_NOFILE less 200 for everything else. Admission
    /// keeps 2 × sessions + idle streams at or below it, whatever <see cref="Sessions"/> and <see cref="Streams"/> say: a session or
    /// stream beyond it is refused with 503 <c>overloaded</c>. Connections that have not been answered yet count as streams.
    /// </summary>
    public required int Descriptors { get; init; }

    /// <summary>Streams (idle and busy) at once. <c>auto</c> is <see cref="Descriptors"/>: an idle stream holds one.</summary>
    public required int Streams { get; init; }

    /// <summary>Sessions at once. <c>auto</c> is half of <see cref="Descriptors"/>: a session holds two.</summary>
    public required int Sessions { get; init; }

    /// <summary>Streams (<c>fastproxy.v1</c>, idle and busy) of one service token at once. Defaults to 2,000.</summary>
    /// <remarks>Every session of such a client holds a stream, so this is at least <see cref="SessionsPerToken"/> and what pools keep idle.</remarks>
    public int StreamsPerToken { get; init; } = 2000;

    /// <summary>Sessions of one service token at once. Defaults to 1,000.</summary>
    public int SessionsPerToken { get; init; } = 1000;

    /// <summary>How long a stream may stay without a session; zero for ever. Defaults to 60 minutes.</summary>
    public TimeSpan StreamIdle { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>How long a half-closed session may move no byte; zero for ever. Defaults to 1 hour.</summary>
    public TimeSpan HalfClosedTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Connections between accept and the answer to their request head at once. Defaults to 1,024.</summary>
    public int HandshakesInFlight { get; init; } = 1024;

    /// <summary>Longest time from accept to a complete request head, TLS included. Defaults to 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time to connect to an origin, name resolution and all its addresses included. Defaults to 10 s.</summary>
    public TimeSpan OriginConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a session may move no byte in either direction; zero, the default, for ever.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>How long a stopping gateway lets live sessions finish; zero closes them at once. Defaults to 30 s.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Limits with every count that is <c>auto</c> derived from a budget of file descriptors.</summary>
    /// <param name="openFileLimit">RLIMIT_NOFILE, after the soft limit was raised.</param>
    public static LimitOptions ForOpenFileLimit(long openFileLimit)
    {
        // 200 are for the listeners, the store, the runtime and handshakes; where the limit is tiny, two thirds of it.
        var descriptors = (int)Math.Clamp(Math.Max(openFileLimit - 200, openFileLimit / 3), 2, int.MaxValue / 4);
        return new LimitOptions { Descriptors = descriptors, Streams = descriptors, Sessions = descriptors / 2 };
    }
}
