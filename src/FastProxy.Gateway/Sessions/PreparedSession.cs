using FastProxy.Access.Decisions;
using FastProxy.Transport.Splicing;

namespace FastProxy.Gateway.Sessions;

/// <summary>A session that was admitted and whose origin is connected, but whose client does not know it yet.</summary>
internal sealed record PreparedSession(LiveSession Live, SpliceEnd Origin, DecisionRecord Record)
{
    /// <summary>Gives everything back: the client went away before it could be told.</summary>
    public async ValueTask AbandonAsync()
    {
        await Origin.DisposeAsync();
        Live.Dispose();
    }
}
