using System.Runtime.CompilerServices;
using FastProxy.Transport.Splicing;

namespace FastProxy.Transport.Streams;

/// <summary>A session on the gateway's end of a stream.</summary>
public sealed class GatewaySession : StreamSession
{
    private readonly SpliceBatch _aheadBatch = new();
    private ReadOnlyMemory<byte> _ahead;
    private bool _inAhead;

    internal GatewaySession(WebSocketLink link, LinkReader reader, long id, ReadOnlyMemory<byte> ahead, bool peerEnded)
        : base(link, reader, id)
    {
        _ahead = ahead;
        Received = 0;
        PeerEnded = peerEnded;
        EndsAfterAhead = peerEnded;
    }

    /// <inheritdoc/>
    public override SpliceBatch Batch => _inAhead ? _aheadBatch : base.Batch;

    private bool EndsAfterAhead { get; set; }

    /// <summary>Delivers what came while the origin was being dialled, then what comes.</summary>
    public override ValueTask<FillStatus> FillAsync()
    {
        if (!_ahead.IsEmpty)
        {
            var length = Math.Min(_ahead.Length, SpliceBatch.SmallestCapacity);
            _aheadBatch.SetCopy(_ahead.Span[..length]);
            _ahead = _ahead[length..];
            _inAhead = true;
            Received += length;
            return ValueTask.FromResult(FillStatus.Data);
        }

        if (_inAhead)
        {
            _inAhead = false;
            _aheadBatch.Return();
        }

        if (EndsAfterAhead)
        {
            EndsAfterAhead = false;
            return ValueTask.FromResult(FillStatus.EndOfData);
        }

        return base.FillAsync();
    }

    /// <summary>Says <c>closed</c> and waits until it has left; the stream then takes the next session, unless it broke.</summary>
    public override async ValueTask<ReasonCode> FinishAsync(ReasonCode reason)
    {
        _aheadBatch.Return();
        if (reason == ReasonCode.Ok)
        {
            await SendAsync(Closed(ReasonCode.Ok));
        }
        else if (await Link.FlushAsync())
        {
            Link.CancelAbort();
        }

        return reason;
    }

    private protected override void AbortCore(ReasonCode reason)
    {
        Drops = true;
        Link.PostText(Closed(reason).Encode());

        // A peer that does not read must not hold the session's end up.
        Link.AbortSoon(reason);
        Reader.Interrupt();
    }

    private protected override FillStatus? OnMessage(in StreamMessage message)
    {
        if (message.Type == StreamMessageType.Reset && message.Id == Id)
        {
            SetFault(ReasonCode.ClientReset);
            return FillStatus.Failed;
        }

        if (message.Type is StreamMessageType.Eof or StreamMessageType.Reset && message.Id == Id - 1)
        {
            // Late words about the session before.
            return null;
        }

        Violate("a message out of turn");
        return FillStatus.Failed;
    }

    private StreamMessage Closed(ReasonCode reason) =>
        new() { Type = StreamMessageType.Closed, Id = Id, Code = reason.ToName(), Up = Received, Down = Sent };
}
