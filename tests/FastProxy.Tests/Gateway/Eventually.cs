namespace FastProxy.Tests.Gateway;

/// <summary>Waits for what the gateway does in its own time and announces to nobody.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Between two looks: whoever looks without a pause takes the processor from those it waits for.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    public static async Task IsTrueAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < s_patience, $"it did not come true within {s_patience.TotalSeconds} s");
            await Task.Delay(s_pause);
        }
    }
}
