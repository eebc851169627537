using System.Threading.Tasks.Sources;

namespace FastProxy.Transport.Sockets;

/// <summary>
/// Whether one direction of a socket is worth trying, as a level that one waiter can await. Edge-triggered events raise it; the waiter
/// lowers it before it tries again, so no event between a failed try and the wait is lost.
/// </summary>
internal sealed class Readiness : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Ready = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;

    /// <summary>Whether the waiter goes on right on the event loop's thread instead of on the thread pool.</summary>
    public bool Inline { get; set; }

    /// <summary>Whether an event came that nobody has acted upon yet.</summary>
    public bool IsRaised => Volatile.Read(ref _state) == Ready;

    /// <summary>Forgets an event that the caller is about to act upon.</summary>
    public void Lower() => Interlocked.CompareExchange(ref _state, Idle, Ready);

    /// <summary>Completes at the next event, at once if one came since <see cref="Lower"/>. One waiter at a time.</summary>
    public ValueTask WaitAsync()
    {
        _source.Reset();
        return Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle
            ? new ValueTask(this, _source.Version)
            : default;
    }

    /// <summary>Raises the level and wakes the waiter.</summary>
    /// <param name="mayInline">False where the caller is not the event loop: its own work must not be interrupted by the waiter's.</param>
    public void Raise(bool mayInline)
    {
        if (Interlocked.Exchange(ref _state, Ready) != Waiting)
        {
            return;
        }

        if (Inline && mayInline)
        {
            _source.SetResult(true);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => _source.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.FlowExecutionContext);
}
