namespace FastProxy.Testing;

/// <summary>A count that only rises, and that can be waited for. Thread-safe.</summary>
public sealed class Signal
{
    private readonly object _gate = new();
    private TaskCompletionSource _risen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    /// <summary>How often it was raised.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds one and wakes who waits.</summary>
    public void Raise()
    {
        TaskCompletionSource risen;
        lock (_gate)
        {
            _count++;
            risen = _risen;
            _risen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        risen.SetResult();
    }

    /// <summary>Completes once the count is at least <paramref name="count"/>.</summary>
    public async Task WaitAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task risen;
            lock (_gate)
            {
                if (_count >= count)
                {
                    return;
                }

                risen = _risen.Task;
            }

            await risen.WaitAsync(cancellationToken);
        }
    }
}
