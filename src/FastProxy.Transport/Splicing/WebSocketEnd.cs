using System.Runtime.CompilerServices;
using System.Text;
using FastProxy.Transport.Sockets;
using FastProxy.Transport.Streams;
using FastProxy.WebSockets;

namespace FastProxy.Transport.Splicing;

/// <summary>
/// The WebSocket towards a stock peer (Cloudflare's edge, a <c>cloudflared</c> client, any raw WebSocket-to-TCP server): one
/// connection is one session, there is no half-close, and a bare end of stream is how a client says that it is done.
/// </summary>
public sealed class WebSocketEnd : SpliceEnd
{
    /// <summary>A stock origin reads a message into 16 KiB and drops the rest without a word.</summary>
    public const int LongestStockMessage = 16 * 1024;

    private readonly WebSocketLink _link;
    private readonly PeerRole _role;
    private readonly KeepAliveKind _keepAlive;
    private ReasonCode _fault;
    private readonly bool _bareEndIsOrderly;
    private int _aborted;

    /// <summary>Takes an upgraded connection over.</summary>
    /// <param name="connection">The socket or TLS connection, with whatever was read behind the upgrade as its leftover.</param>
    /// <param name="role">Which end we are.</param>
    /// <param name="keepAlive">How to keep the stream alive.</param>
    /// <param name="timeProvider">The clock.</param>
    public WebSocketEnd(SpliceEnd connection, PeerRole role, KeepAliveKind keepAlive, TimeProvider timeProvider)
    {
        _role = role;
        _keepAlive = keepAlive;
        var text = role == PeerRole.Client ? TextHandling.Bytes : TextHandling.Drop;

        // A bare end is how a stock client says goodbye, with or without close_notify. From a server close_notify is an end,
        // but in clear nothing but a Close frame tells an end from a loss.
        _bareEndIsOrderly = role == PeerRole.Server || connection is TlsEnd;
        if (role == PeerRole.Server && connection is TlsEnd tls)
        {
            tls.BareEndIsOrderly = true;
        }

        _link = new WebSocketLink(connection, new LinkOptions(role, ZeroMask: false, text, LongestStockMessage, timeProvider));
    }

    /// <inheritdoc/>
    public override SpliceBatch Batch => _link.Batch;

    /// <inheritdoc/>
    public override ReasonCode Fault => _fault != ReasonCode.Ok ? _fault : _link.Fault;

    /// <inheritdoc/>
    public override bool HalfCloses => false;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FillStatus> FillAsync()
    {
        switch (await _link.FillAsync())
        {
            case LinkStatus.Data:
                return FillStatus.Data;

            case LinkStatus.Close:
                return OnClose();

            case LinkStatus.EndOfStream when _bareEndIsOrderly || _link.Stopped:
                return FillStatus.EndOfData;

            case LinkStatus.EndOfStream:
                _fault = ReasonCode.StreamLost;
                return FillStatus.Failed;

            default:
                return FillStatus.Failed;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(SpliceBatch batch) => _link.SendAsync(batch);

    /// <inheritdoc/>
    public override ValueTask<bool> CloseWriteAsync()
    {
        if (_role == PeerRole.Server)
        {
            // The origin has ended: everything it sent has been written, so say goodbye. A client has no such word: a Close
            // frame would end the other direction too, so it sends nothing more and goes on receiving.
            _link.PostClose(CloseCode.Normal, default);
        }

        return ValueTask.FromResult(true);
    }

    /// <inheritdoc/>
    public override async ValueTask KeepAliveAsync()
    {
        switch (_keepAlive)
        {
            case KeepAliveKind.Data:
                await _link.SendKeepAliveAsync(Opcode.Binary);
                break;
            case KeepAliveKind.Pong:
                await _link.SendKeepAliveAsync(Opcode.Pong);
                break;
            case KeepAliveKind.Ping:
                await _link.SendKeepAliveAsync(Opcode.Ping);
                break;
        }
    }

    /// <inheritdoc/>
    public override void Abort(ReasonCode reason)
    {
        if (Interlocked.Exchange(ref _aborted, 1) != 0)
        {
            return;
        }

        if (reason == ReasonCode.StreamLost || (_role == PeerRole.Client && reason != ReasonCode.Protocol))
        {
            // Nobody is left to tell, or (towards a server) there is no word for it but a reset.
            _link.Abort(reason);
            return;
        }

        _link.PostClose(CloseCodeOf(reason), reason.ToName());
        _link.StopReading();
        _link.AbortSoon(reason);
    }

    /// <inheritdoc/>
    public override void StopReading() => _link.StopReading();

    /// <inheritdoc/>
    public override async ValueTask<ReasonCode> FinishAsync(ReasonCode reason)
    {
        await _link.GoodbyeAsync();
        await _link.DisposeAsync();
        return reason;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _link.DisposeAsync();

    internal override LoopSocket? Loop => _link.Loop;

    internal override int Gap => _link.Gap;

    private FillStatus OnClose()
    {
        if (_role == PeerRole.Server || _link.CloseCode is CloseCode.Normal or CloseCode.NoStatus)
        {
            return FillStatus.EndOfData;
        }

        Span<char> name = stackalloc char[_link.CloseReason.Length];
        Encoding.UTF8.TryGetChars(_link.CloseReason, name, out var length);
        if (!ReasonCodes.TryParse(name[..length], out _fault))
        {
            _fault = _link.CloseCode switch
            {
                CloseCode.GoingAway => ReasonCode.Shutdown,
                CloseCode.PolicyViolation => ReasonCode.Revoked,
                CloseCode.InternalError => ReasonCode.OriginReset,
                _ => ReasonCode.Protocol,
            };
        }

        return FillStatus.Failed;
    }

    private static CloseCode CloseCodeOf(ReasonCode reason) => reason switch
    {
        ReasonCode.Protocol => CloseCode.ProtocolError,
        ReasonCode.Revoked or ReasonCode.PolicyDenied => CloseCode.PolicyViolation,
        ReasonCode.Shutdown or ReasonCode.Idle => CloseCode.GoingAway,
        _ => CloseCode.InternalError,
    };
}
