using FastProxy.Load.Measuring;

namespace FastProxy.Load.Verbs;

/// <summary><c>rtt --port P --count N</c>: one byte there and back, one after the other, on one warm session.</summary>
internal static class RoundTripVerb
{
    public static int Run(Arguments arguments)
    {
        using var socket = Loopback.Connect(arguments.Port);
        Loopback.SendAll(socket, [Request.Echo]);
        var count = (int)arguments.Number("count", 2000);
        var times = new double[count];
        Span<byte> one = stackalloc byte[1];

        // A tenth before zero warms up.
        for (var i = -count / 10; i < count; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            Loopback.SendAll(socket, one);
            Loopback.ReceiveExactly(socket, one);
            if (i >= 0)
            {
                times[i] = TimeProvider.System.GetElapsedTime(started).TotalMicroseconds;
            }
        }

        MeasurementJson.Print(arguments, Metrics.RoundTrip50, Percentiles.Of(times, 50));
        MeasurementJson.Print(arguments, Metrics.RoundTrip99, Percentiles.Of(times, 99));
        return 0;
    }
}
