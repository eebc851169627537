namespace FastProxy.Tests.Gateway;

/// <summary>Waits for what the gateway does in its own time and announces to nobody.</summary>
internal static class Eventually
{
    public static async Task IsTrueAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, "it did not come true within 20 s");
            await Task.Yield();
        }
    }
}
