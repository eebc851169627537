using FastProxy.Load.Measuring;

namespace FastProxy.Load.Verbs;

/// <summary><c>connect --port P --count N [--delayed]</c>: from connect to the first echoed byte, one connection after the other.</summary>
internal static class ConnectVerb
{
    public static int Run(Arguments arguments)
    {
        var count = (int)arguments.Number("count", 300);
        var times = new double[count];
        Span<byte> one = stackalloc byte[1];

        // A tenth before zero warms up.
        for (var i = -Math.Max(1, count / 10); i < count; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            using var socket = Loopback.Connect(arguments.Port);
            Loopback.SendAll(socket, [Request.PooledEcho, 1]);
            Loopback.ReceiveExactly(socket, one);
            if (i >= 0)
            {
                times[i] = TimeProvider.System.GetElapsedTime(started).TotalMicroseconds;
            }
        }

        if (arguments.Has("delayed"))
        {
            MeasurementJson.Print(arguments, Metrics.DelayedConnect50, Percentiles.Of(times, 50));
        }
        else
        {
            MeasurementJson.Print(arguments, Metrics.Connect50, Percentiles.Of(times, 50));
            MeasurementJson.Print(arguments, Metrics.Connect99, Percentiles.Of(times, 99));
        }

        return 0;
    }
}
