namespace FastProxy.FunctionalTests.Peers;

/// <summary>Waits for what others do in their own time.</summary>
public static class Settled
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until the value has not changed for <paramref name="quiet"/>.</summary>
    public static async Task<long> WaitAsync(Func<long> value, TimeSpan quiet, CancellationToken cancellationToken)
    {
        var last = value();
        for (var still = TimeSpan.Zero; still < quiet; still += s_step)
        {
            await Task.Delay(s_step, cancellationToken);
            var now = value();
            if (now != last)
            {
                (last, still) = (now, TimeSpan.Zero);
            }
        }

        return last;
    }

    /// <summary>Asks until the answer is yes. False where it is not within <paramref name="limit"/>.</summary>
    public static async Task<bool> WithinAsync(TimeSpan limit, Func<Task<bool>> isSo)
    {
        for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < limit; await Task.Delay(s_step))
        {
            if (await isSo())
            {
                return true;
            }
        }

        return false;
    }
}
