namespace FastProxy.FunctionalTests.Peers;

/// <summary>Waits for a number that others change to come to rest.</summary>
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
}
