using FastProxy.Transport.Streams;

namespace FastProxy.Client.Bastion;

/// <summary>A session that is alive, and that a change of the rules may end.</summary>
internal abstract class BastionSession : IDisposable
{
    private readonly CancellationTokenSource _ending = new();

    /// <summary>The listener it came through.</summary>
    public required BastionEndpoint Endpoint { get; init; }

    /// <summary>Fires when it is to end.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Why it is to end: only the rules end a session, everything else is for its peers.</summary>
    public static ReasonCode EndingReason => ReasonCode.PolicyDenied;

    /// <summary>Whether what is in force now would admit it still.</summary>
    public abstract bool IsAdmitted();

    /// <summary>Ends it, wherever it stands.</summary>
    public void End()
    {
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in this moment.
        }
    }

    public void Dispose() => _ending.Dispose();
}
