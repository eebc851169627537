namespace FastProxy.Client.Pooling;

/// <summary>A session that waits for a stream.</summary>
internal sealed class PoolWaiter : TaskCompletionSource<PoolDial>
{
    public PoolWaiter()
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
    }
}
