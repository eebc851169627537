using FastProxy.Client.Connecting;
using FastProxy.Transport.Splicing;
using FastProxy.Transport.Streams;

namespace FastProxy.Client.Pooling;

/// <summary>
/// A session on a stream of a pool, as the remote end of a splice. Bytes may go ahead of the gateway's answer; while it is safe, a
/// stream that fails the session is replaced once by a fresh one, and what went ahead goes again.
/// </summary>
/// <remarks>
/// Safe is: the gateway promised that it did not start the session (<c>drain</c>, <c>refused</c> <c>shutdown</c>), or the stream ended
/// before it answered and no byte of the session was written to it. Everything else is told, never tried again: no byte is delivered
/// twice.
/// </remarks>
internal sealed partial class PooledSession : SpliceEnd
{
    private readonly StreamPool _pool;
    private readonly GatewayRequest _request;
    private readonly TimeSpan _freshness;
    private readonly TimeProvider _timeProvider;
    private readonly CancellationTokenSource _aborted = new();
    private readonly object _lock = new();
    private PooledStream? _stream;
    private ClientSession? _session;
    private ReasonCode _fault;
    private byte[]? _ahead;
    private int _aheadLength;
    private bool _mayGoAhead;
    private bool _wroteAhead;
    private volatile bool _open;
    private volatile bool _startedOver;

    private PooledSession(StreamPool pool, PooledStream stream, GatewayRequest request, TimeSpan freshness, TimeProvider timeProvider)
    {
        _pool = pool;
        _stream = stream;
        _request = request;
        _freshness = freshness;
        _timeProvider = timeProvider;
    }

    /// <summary>Completes with null when the gateway has opened the session, else with the reason why it did not.</summary>
    public Task<ConnectFailure?> Opening { get; private set; } = null!;

    /// <summary>The request id; null before the answer, and where there is none.</summary>
    public string? Request { get; private set; }

    /// <summary>Whether another stream can take the place of this one: none of the session's bytes was written to it, and it is the first.</summary>
    public bool MayStartOver => !Volatile.Read(ref _wroteAhead) && !_startedOver;

    /// <inheritdoc/>
    public override SpliceBatch Batch => _session!.Batch;

    /// <inheritdoc/>
    public override ReasonCode Fault => _fault != ReasonCode.Ok ? _fault : _session?.Fault ?? ReasonCode.Ok;

    /// <inheritdoc/>
    protected override SpliceEnd? Beneath => _session;

    /// <summary>Begins to open a session on a stream that was taken from the pool.</summary>
    public static PooledSession Begin(StreamPool pool, PooledStream stream, GatewayRequest request, TimeSpan freshness, TimeProvider timeProvider)
    {
        var session = new PooledSession(pool, stream, request, freshness, timeProvider);
        session.Opening = session.OpenAsync();
        return session;
    }

    /// <inheritdoc/>
    public override ValueTask<FillStatus> FillAsync() => _open ? _session!.FillAsync() : FillWhenOpenAsync();

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(SpliceBatch batch) => _open ? _session!.SendAsync(batch) : SendAheadAsync(batch);

    /// <inheritdoc/>
    public override async ValueTask<bool> CloseWriteAsync() => await Opening is null && await _session!.CloseWriteAsync();

    /// <inheritdoc/>
    public override ValueTask KeepAliveAsync() => _open ? _session!.KeepAliveAsync() : default;

    /// <inheritdoc/>
    public override ValueTask<bool> WatchAsync() => _session!.WatchAsync();

    /// <inheritdoc/>
    public override void StopReading() => _session?.StopReading();

    /// <inheritdoc/>
    public override void Abort(ReasonCode reason)
    {
        ClientSession? session;
        lock (_lock)
        {
            if (_fault == ReasonCode.Ok)
            {
                _fault = reason;
            }

            session = _session;
        }

        _aborted.Cancel();
        session?.Abort(reason);
    }

    /// <inheritdoc/>
    public override async ValueTask<ReasonCode> FinishAsync(ReasonCode reason) =>
        await Opening is null ? await _session!.FinishAsync(reason) : reason;

    /// <summary>Gives the stream back to the pool, or lets it go where it is of no use any more. Called once, when nothing else is under way.</summary>
    public override async ValueTask DisposeAsync()
    {
        await Opening;
        _aborted.Dispose();
        if (_stream is not { } stream)
        {
            return;
        }

        if (_session is { IsOver: true })
        {
            _pool.Return(stream);
        }
        else
        {
            _pool.Discard(stream, Fault == ReasonCode.Protocol ? DiscardCause.Protocol : DiscardCause.Lost);
        }
    }

    private async ValueTask<FillStatus> FillWhenOpenAsync() => await Opening is null ? await _session!.FillAsync() : FillStatus.Failed;
}
