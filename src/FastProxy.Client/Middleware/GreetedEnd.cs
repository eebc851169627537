using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Middleware;

/// <summary>
/// The connection of a client that was greeted. Where the splice cuts it off, the client is told why before it sees the end, and not only when
/// the gateway has answered, which may be seconds later: a splice aborts its local end for the reason for which it ends, and for no other.
/// </summary>
internal sealed class GreetedEnd(SpliceEnd client, IGatewaySession session, string? requestId) : SpliceEnd
{
    public override SpliceBatch Batch => client.Batch;

    public override ReasonCode Fault => client.Fault;

    public override bool HalfCloses => client.HalfCloses;

    protected override SpliceEnd Beneath => client;

    public override ValueTask<FillStatus> FillAsync() => client.FillAsync();

    public override ValueTask<bool> SendAsync(SpliceBatch batch) => client.SendAsync(batch);

    public override ValueTask<bool> CloseWriteAsync() => client.CloseWriteAsync();

    public override ValueTask KeepAliveAsync() => client.KeepAliveAsync();

    public override void Abort(ReasonCode reason)
    {
        // An end in order has its last word from the gateway.
        if (reason != ReasonCode.Ok)
        {
            session.OnCut(reason, requestId);
        }

        client.Abort(reason);
    }

    public override void StopReading() => client.StopReading();

    public override ValueTask<bool> WatchAsync() => client.WatchAsync();

    public override ValueTask<ReasonCode> FinishAsync(ReasonCode reason) => client.FinishAsync(reason);

    public override ValueTask DisposeAsync() => client.DisposeAsync();
}
