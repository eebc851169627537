using FastProxy.Access.Decisions;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>
/// What is counted as it happens: once a session, a decision or a refusal, never for a frame or a batch. Thread-safe, without a lock.
/// </summary>
internal sealed class SessionCounters
{
    private readonly long[] _decisions = new long[Enum.GetValues<DecisionReason>().Length];
    private long _bytesUp;
    private long _bytesDown;

    public ReasonCounts SessionsEnded { get; } = new();

    public ReasonCounts Refusals { get; } = new();

    public long BytesUp => Volatile.Read(ref _bytesUp);

    public long BytesDown => Volatile.Read(ref _bytesDown);

    /// <summary>Numbers of decisions, by the reason's value.</summary>
    public IReadOnlyList<long> Decisions => [.. _decisions];

    public void Decided(DecisionReason reason) => Interlocked.Increment(ref _decisions[(int)reason]);

    /// <summary>A session is over; the gateway's local end is the origin.</summary>
    public void Ended(in SpliceOutcome outcome)
    {
        SessionsEnded.Add(outcome.Reason);
        Interlocked.Add(ref _bytesUp, outcome.ToLocal);
        Interlocked.Add(ref _bytesDown, outcome.ToRemote);
    }
}
