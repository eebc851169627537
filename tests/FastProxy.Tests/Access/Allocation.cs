namespace FastProxy.Tests.Access;

/// <summary>Counts what this thread allocates.</summary>
internal static class Allocation
{
    /// <summary>Bytes allocated by a hundred runs after a warm-up that lets the compiler and lazy parts finish.</summary>
    public static long Of(Action action)
    {
        for (var i = 0; i < 100; i++)
        {
            action();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
