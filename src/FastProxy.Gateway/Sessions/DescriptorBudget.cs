using FastProxy.Gateway.Http;
using FastProxy.Transport.Streams;

namespace FastProxy.Gateway.Sessions;

/// <summary>
/// What <see cref="LimitOptions.Descriptors"/> bounds: every connection that was accepted holds one, every session one more, for its
/// origin. Thread-safe.
/// </summary>
internal sealed class DescriptorBudget(int descriptors)
{
    private int _held;

    /// <summary>How many are held now.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Whether more is held than there is: what needs its connection for longer than an answer is refused.</summary>
    public bool IsExceeded => Volatile.Read(ref _held) > descriptors;

    /// <summary>Counts a connection, which is open already whether there is room or not.</summary>
    public void TakeConnection() => Interlocked.Increment(ref _held);

    /// <summary>Takes a descriptor for a session's origin; false where none is left.</summary>
    public bool TryTakeOrigin()
    {
        if (Interlocked.Increment(ref _held) <= descriptors)
        {
            return true;
        }

        Return();
        return false;
    }

    /// <summary>Gives one back, of either kind.</summary>
    public void Return() => Interlocked.Decrement(ref _held);

    /// <summary>The refusal, which names the knob.</summary>
    public Refusal Overloaded() =>
        new(ReasonCode.Overloaded, $"connections and sessions hold all {descriptors} file descriptors there are for them: try again, or raise LimitNOFILE (systemd) or ulimit -n of the gateway");
}
