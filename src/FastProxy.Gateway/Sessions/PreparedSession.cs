using FastProxy.Transport.Splicing;

namespace FastProxy.Gateway.Sessions;

/// <summary>A session that was admitted and whose origin is connected, but whose client does not know it yet.</summary>
/// <param name="Live">Its place, which says for whom and to what it is.</param>
/// <param name="Origin">The connection to the origin.</param>
/// <param name="Domain">The host that was asked for.</param>
/// <param name="RequestId">The id of the request that opened it.</param>
internal sealed record PreparedSession(LiveSession Live, SpliceEnd Origin, string Domain, string RequestId)
{
    /// <summary>Gives everything back: the client went away before it could be told.</summary>
    public async ValueTask AbandonAsync()
    {
        await Origin.DisposeAsync();
        Live.Dispose();
    }
}
