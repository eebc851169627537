using FastProxy.Load.Measuring;

namespace FastProxy.Load.Verbs;

/// <summary>
/// <c>idle --port P --count N --watch PID</c>: resident memory an idle session costs the watched process:
/// (RSS with N sessions − RSS with none, after a warm-up round of N) / N.
/// </summary>
/// <remarks>
/// A process that does not give memory back after the warm-up looks better by that figure than it is: the second one counts from the
/// process's first moment, when it had served nobody.
/// </remarks>
internal static class IdleVerb
{
    /// <summary>Handshakes in flight: below every proxy's own limit.</summary>
    private const int AtOnce = 64;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    /// <summary>What buffers are returned on idleness is returned well within this.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = (int)arguments.Number("count", 5000);
        var fresh = ProcessTree.ResidentBytes(arguments.Watched);
        using (await Crowd.OpenAsync(arguments.Port, count, AtOnce, s_limit))
        {
            await Task.Delay(s_settle);
        }

        await Task.Delay(s_settle);
        var before = ProcessTree.ResidentBytes(arguments.Watched);
        using var crowd = await Crowd.OpenAsync(arguments.Port, count, AtOnce, s_limit);
        await Task.Delay(s_settle);
        var with = ProcessTree.ResidentBytes(arguments.Watched);
        MeasurementJson.Print(arguments, Metrics.IdleSucceeded, crowd.Count);
        MeasurementJson.Print(arguments, Metrics.IdleFresh, fresh / 1048576.0);
        MeasurementJson.Print(arguments, Metrics.IdleBefore, before / 1048576.0);
        MeasurementJson.Print(arguments, Metrics.IdleWith, with / 1048576.0);
        MeasurementJson.Print(arguments, Metrics.IdleEach, (with - before) / 1024.0 / Math.Max(1, crowd.Count));
        MeasurementJson.Print(arguments, Metrics.IdleEachFresh, (with - fresh) / 1024.0 / Math.Max(1, crowd.Count));
        return 0;
    }
}
