using System.Net;
using System.Net.Sockets;
using FastProxy.Client.Connecting;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Pooling;

/// <summary>A stream of <c>fastproxy.v1</c> in a pool.</summary>
internal sealed class PooledStream : PooledConnection
{
    public PooledStream(GatewayConnection connection, TimeProvider timeProvider)
        : this(connection.OpenStream(timeProvider))
    {
        (Local, Remote) = SocketAddresses.Of(connection.Socket);
    }

    /// <summary>A stream over something that is no IP connection.</summary>
    public PooledStream(ClientStream stream) => Stream = stream;

    public ClientStream Stream { get; }

    /// <summary>The session that waits for the answer to its <c>open</c>; null at any other time.</summary>
    public PooledSession? Opening { get; set; }

    public override long Sessions => Stream.Sessions;

    public override long Heard => Stream.Heard;

    public override bool IsDraining => Stream.IsDraining;

    public override IPEndPoint? Local { get; }

    public override IPEndPoint? Remote { get; }

    public override async Task<DiscardCause?> WatchAsync() => await Stream.WatchAsync() switch
    {
        null => null,
        IdleEnd.Drained => DiscardCause.Drained,
        IdleEnd.Closed => DiscardCause.Closed,
        IdleEnd.Unexpected => DiscardCause.Protocol,
        _ => DiscardCause.Lost,
    };

    public override void StopWatching() => Stream.StopWatching();

    public override ValueTask PingAsync() => Stream.PingAsync();

    public override void AbortIfLost(TimeSpan keepAlive)
    {
        if (Opening is { } session && Stream.HasLostPeer(keepAlive, impatient: session.MayStartOver))
        {
            Stream.Abort();
        }
    }

    public override async ValueTask CloseAsync(DiscardCause cause)
    {
        if (cause is DiscardCause.Lost or DiscardCause.Silent)
        {
            Stream.Abort();
        }

        await Stream.CloseAsync();
    }
}
