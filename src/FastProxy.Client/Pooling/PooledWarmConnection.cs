using System.Net;
using FastProxy.Client.Connecting;

namespace FastProxy.Client.Pooling;

/// <summary>
/// A connection to a stock peer in a pool: TLS is through, and the upgrade is asked for on demand. It never waits upgraded, because that
/// would hold an origin open.
/// </summary>
internal sealed class PooledWarmConnection : PooledConnection
{
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _timeProvider;

    public PooledWarmConnection(WarmConnection connection, TimeProvider timeProvider)
    {
        Connection = connection;
        _timeProvider = timeProvider;
        (Local, Remote) = SocketAddresses.Of(connection.Socket);
    }

    public WarmConnection Connection { get; }

    /// <summary>Whether it has waited in the pool: the peer may have given it up meanwhile.</summary>
    public bool HasWaited { get; private set; }

    public override long Sessions => 0;

    /// <summary>Now: there is nothing to ask a peer that was asked nothing yet.</summary>
    public override long Heard => _timeProvider.GetTimestamp();

    public override bool IsDraining => false;

    public override IPEndPoint? Local { get; }

    public override IPEndPoint? Remote { get; }

    public override async Task<DiscardCause?> WatchAsync()
    {
        HasWaited = true;
        var ended = Connection.WatchAsync();
        await Task.WhenAny(ended, _taken.Task);
        return ended.IsCompleted ? DiscardCause.Closed : null;
    }

    public override void StopWatching() => _taken.TrySetResult();

    public override ValueTask PingAsync() => default;

    /// <summary>Nothing: its upgrade has a time-out.</summary>
    public override void AbortIfLost(TimeSpan keepAlive)
    {
    }

    public override ValueTask CloseAsync(DiscardCause cause) => Connection.DisposeAsync();
}
