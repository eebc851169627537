using System.Runtime.CompilerServices;
using FastProxy.Transport.Splicing;

namespace FastProxy.Transport.Streams;

/// <summary>A session on the gateway's end of a stream.</summary>
public sealed class GatewaySession : StreamSession
{
    private readonly object _lock = new();
    private ReadOnlyMemory<byte> _ahead;
    private SpliceBatch? _aheadBatch;
    private bool _saidClosed;
    private bool _finished;

    internal GatewaySession(WebSocketLink link, LinkReader reader, long id, ReadOnlyMemory<byte> ahead, bool peerEnded)
        : base(link, reader, id)
    {
        _ahead = ahead;
        Received = 0;
        PeerEnded = peerEnded;
        EndsAfterAhead = peerEnded;
    }

    /// <inheritdoc/>
    public override SpliceBatch Batch => _aheadBatch ?? base.Batch;

    private bool EndsAfterAhead { get; set; }

    /// <summary>Delivers what came while the origin was being dialled, then what comes.</summary>
    public override ValueTask<FillStatus> FillAsync()
    {
        if (!_ahead.IsEmpty)
        {
            var length = Math.Min(_ahead.Length, SpliceBatch.SmallestCapacity);
            _aheadBatch ??= new SpliceBatch();
            _aheadBatch.SetCopy(_ahead.Span[..length]);

            // An empty slice would hold the bytes for as long as the session lives.
            _ahead = length < _ahead.Length ? _ahead[length..] : default;
            Received += length;
            return ValueTask.FromResult(FillStatus.Data);
        }

        ReturnAhead();

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
        ReturnAhead();
        if (reason != ReasonCode.Ok)
        {
            // A peer that does not read must not hold the session's end up.
            Link.AbortSoon(reason);
        }

        // What ends the session may be here before its abort is: then `closed` is for us to say.
        var told = TryClaimClosed() ? await SendAsync(Closed(reason)) : await Link.FlushAsync();
        lock (_lock)
        {
            _finished = true;
            if (told)
            {
                Link.CancelAbort();
            }
        }

        return reason;
    }

    private void ReturnAhead()
    {
        _aheadBatch?.Return();
        _aheadBatch = null;
    }

    private protected override void AbortCore(ReasonCode reason)
    {
        // All of it at once: from the session's end on the stream and its reader are the next one's.
        lock (_lock)
        {
            if (_finished)
            {
                return;
            }

            Drops = true;
            Link.AbortSoon(reason);

            // Before `closed` is said: its answer may be the next `open`, which is not ours to read.
            Reader.Interrupt();
            if (TryClaimClosed())
            {
                Link.PostText(Closed(reason).Encode());
            }
        }
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

    /// <summary>Whether the caller is the one who says <c>closed</c>: it is said once.</summary>
    private bool TryClaimClosed()
    {
        lock (_lock)
        {
            var claimed = !_saidClosed;
            _saidClosed = true;
            return claimed;
        }
    }

    private StreamMessage Closed(ReasonCode reason) =>
        new() { Type = StreamMessageType.Closed, Id = Id, Code = reason.ToName(), Up = Received, Down = Sent };
}
