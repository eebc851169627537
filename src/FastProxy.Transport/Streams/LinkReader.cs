using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using FastProxy.Transport.Splicing;

namespace FastProxy.Transport.Streams;

/// <summary>
/// The reading side of a stream that changes hands: whoever waits for the next message can be sent away, and what then comes is the
/// next one's. A receive that is under way is never cancelled, so no byte is lost and no socket closed when a session ends.
/// </summary>
/// <remarks>One waiter at a time. <see cref="Interrupt"/> may be called by any thread. Waiting allocates nothing.</remarks>
internal sealed class LinkReader : IValueTaskSource<LinkStatus>
{
    private readonly WebSocketLink _link;
    private readonly object _lock = new();
    private readonly Action _onFilled;
    private ManualResetValueTaskSourceCore<LinkStatus> _source;
    private ValueTaskAwaiter<LinkStatus> _fill;
    private LinkStatus? _parked;
    private bool _filling;
    private bool _waiting;
    private bool _interrupted;
    private bool _ending;

    public LinkReader(WebSocketLink link)
    {
        _link = link;
        _onFilled = OnFilled;
    }

    /// <summary>Waits for the next message; <see cref="LinkStatus.Interrupted"/> after <see cref="Interrupt"/>.</summary>
    public ValueTask<LinkStatus> FillAsync()
    {
        lock (_lock)
        {
            if (_interrupted)
            {
                return ValueTask.FromResult(LinkStatus.Interrupted);
            }

            if (_parked is { } parked)
            {
                _parked = null;
                _filling = false;
                return ValueTask.FromResult(parked);
            }

            if (_filling)
            {
                return WaitLockedAsync();
            }
        }

        var fill = _link.FillAsync();
        if (fill.IsCompleted)
        {
            return fill;
        }

        ValueTask<LinkStatus> wait;
        lock (_lock)
        {
            _fill = fill.GetAwaiter();
            _filling = true;

            // Interrupted in this very moment: what was begun stays, for whoever comes next.
            wait = _interrupted ? ValueTask.FromResult(LinkStatus.Interrupted) : WaitLockedAsync();
        }

        _fill.UnsafeOnCompleted(_onFilled);
        return wait;
    }

    /// <summary>Sends the waiter away, and everybody who comes until <see cref="Resume"/>. Does nothing once <see cref="EndAsync"/> was called.</summary>
    public void Interrupt()
    {
        lock (_lock)
        {
            if (_ending)
            {
                // Whoever ended the stream may be ahead of us: it reads the stream to its end, and nobody comes after it.
                return;
            }

            _interrupted = true;
            if (!_waiting)
            {
                return;
            }

            _waiting = false;
        }

        _source.SetResult(LinkStatus.Interrupted);
    }

    /// <summary>Lets the next one wait again.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            _interrupted = false;
        }
    }

    /// <summary>Ends the stream in order (see <see cref="WebSocketLink.GoodbyeAsync"/>) and closes the connection. Nobody may wait, now or later.</summary>
    public async ValueTask EndAsync()
    {
        lock (_lock)
        {
            _ending = true;
            _interrupted = false;
        }

        if (!await _link.GoodbyeAsync(this))
        {
            // Closing under a receive that is under way must wait for it: it holds the buffer.
            _link.Abort(ReasonCode.StreamLost);
            await DrainAsync();
        }

        await _link.DisposeAsync();
    }

    /// <summary>Reads and drops until the connection has nothing more to give.</summary>
    public async ValueTask DrainAsync()
    {
        while (await FillAsync() is LinkStatus.Data or LinkStatus.Text)
        {
            // The stream is over.
        }
    }

    LinkStatus IValueTaskSource<LinkStatus>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<LinkStatus>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<LinkStatus>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.FlowExecutionContext);

    private ValueTask<LinkStatus> WaitLockedAsync()
    {
        _source.Reset();
        _waiting = true;
        return new ValueTask<LinkStatus>(this, _source.Version);
    }

    private void OnFilled()
    {
#pragma warning disable VSTHRD002 // Nothing is waited for: this is the continuation.
        var status = _fill.GetResult();
#pragma warning restore VSTHRD002
        lock (_lock)
        {
            if (!_waiting)
            {
                _parked = status;
                return;
            }

            _waiting = false;
            _filling = false;
        }

        _source.SetResult(status);
    }
}
