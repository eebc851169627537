using FastProxy.Load.Measuring;

namespace FastProxy.Load.Verbs;

/// <summary><c>parallel --port P --count N</c>: all connections at the same moment, each answered a byte, all held until the last.</summary>
internal static class ParallelVerb
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = (int)arguments.Number("count", 1000);
        using (await Crowd.OpenAsync(arguments.Port, 16, 16, s_limit))
        {
            // The load's own code is warm now.
        }

        var started = TimeProvider.System.GetTimestamp();
        using var crowd = await Crowd.OpenAsync(arguments.Port, count, count, s_limit);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        MeasurementJson.Print(arguments, Metrics.ParallelSucceeded, crowd.Count);
        MeasurementJson.Print(arguments, Metrics.ParallelTime, elapsed.TotalMilliseconds);
        return 0;
    }
}
