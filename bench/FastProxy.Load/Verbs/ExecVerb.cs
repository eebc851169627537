using FastProxy.Load.Measuring;

namespace FastProxy.Load.Verbs;

/// <summary>
/// <c>exec --command "PROGRAM ARGUMENTS" --metric M --count N [--fdpass]</c>: from the start of what ssh would start as its ProxyCommand to the
/// origin's first byte, one after the other; with <c>--fdpass</c> through the socket that the program passes.
/// </summary>
internal static class ExecVerb
{
    public static int Run(Arguments arguments)
    {
        var command = arguments.Text("command", null).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var passes = arguments.Has("fdpass");
        var times = new double[(int)arguments.Number("count", 50)];

        // A tenth before zero warms up: page cache, the bastion's pool.
        for (var i = -Math.Max(1, times.Length / 10); i < times.Length; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            using var spawned = Spawned.Start(command);
            var session = passes ? spawned.ReceiveDescriptor() : spawned.Descriptor;
            try
            {
                Spawned.SendAll(session, [Request.PooledEcho, 1]);
                Spawned.ReceiveOne(session);
                if (i >= 0)
                {
                    times[i] = TimeProvider.System.GetElapsedTime(started).TotalMicroseconds;
                }
            }
            finally
            {
                if (passes)
                {
                    _ = Spawned.Close(session);
                }
            }
        }

        MeasurementJson.Print(arguments, arguments.Text("metric", null), Percentiles.Of(times, 50));
        return 0;
    }
}
