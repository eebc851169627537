using FastProxy.Transport.Streams;

namespace FastProxy.Client.Bastion;

/// <summary>A session that is alive, and that a change of the rules may end.</summary>
internal abstract class BastionSession : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private int _reason = -1;

    /// <summary>The listener it came through.</summary>
    public required BastionEndpoint Endpoint { get; init; }

    /// <summary>Fires when it is to end.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Why it is to end, once <see cref="Ending"/> has fired.</summary>
    public ReasonCode EndingReason => Volatile.Read(ref _reason) is var reason and >= 0 ? (ReasonCode)reason : ReasonCode.Shutdown;

    /// <summary>Whether what is in force now would admit it still.</summary>
    public abstract bool IsAdmitted();

    /// <summary>Ends it, wherever it stands. The first reason counts.</summary>
    /// <param name="reason">The rules do not admit it any more, or the bastion stops; everything else that ends a session is for its peers.</param>
    public void End(ReasonCode reason)
    {
        Interlocked.CompareExchange(ref _reason, (int)reason, -1);
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in this moment.
        }
    }

    public virtual void Dispose() => _ending.Dispose();
}
