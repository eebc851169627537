using FastProxy.Client.Connecting;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Bastion;

/// <summary>What is counted as it happens: once a session or a refusal, never for a frame or a batch. Thread-safe, without a lock.</summary>
internal sealed class SessionCounters
{
    private long _bytesUp;
    private long _bytesDown;

    public ReasonCounts SessionsEnded { get; } = new();

    public ReasonCounts Refusals { get; } = new();

    public long BytesUp => Volatile.Read(ref _bytesUp);

    public long BytesDown => Volatile.Read(ref _bytesDown);

    /// <summary>A session is over; the bastion's local end is its client.</summary>
    public void Ended(in SpliceOutcome outcome)
    {
        SessionsEnded.Add(outcome.Reason);
        Interlocked.Add(ref _bytesUp, outcome.ToRemote);
        Interlocked.Add(ref _bytesDown, outcome.ToLocal);
    }

    /// <summary>A session did not come to be. A word that we do not know, from what should be a gateway, is a breach of the protocol.</summary>
    public void Refused(string reason) => Refusals.Add(ReasonCodes.TryParse(reason, out var code) ? code : ReasonCode.GatewayProtocol);

    /// <summary>A session did not come to be.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="cancelled">What it was cancelled for, where it was.</param>
    public void Refused(ConnectFailure failure, ReasonCode cancelled) => Refused(failure.ReasonName(cancelled));
}
