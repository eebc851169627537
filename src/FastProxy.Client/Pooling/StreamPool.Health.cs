namespace FastProxy.Client.Pooling;

/// <content>Whether the pool is well.</content>
public sealed partial class StreamPool
{
    /// <summary>
    /// How dialling went last. Unlike <see cref="PoolCounters.Outage"/> it does not pass by waiting: after a failure it takes a stream to be well
    /// again. A stream that is idle, or one that comes free where the gateway has no room for more, serves the next session all the same.
    /// </summary>
    internal PoolHealth Health
    {
        get
        {
            lock (_lock)
            {
                return _backOff.IsFailing && _idle.Count == 0 && !MayComeFreeLocked(_failure!) ? new PoolHealth(true, _failure)
                    : new PoolHealth(!_backOff.IsFailing && _idle.Count + _busy.Count > 0, null);
            }
        }
    }
}
