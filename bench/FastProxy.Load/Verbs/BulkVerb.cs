using System.Net.Sockets;
using FastProxy.Load.Measuring;

namespace FastProxy.Load.Verbs;

/// <summary>
/// <c>bulk --port P --up|--down --bytes N [--warm N] [--watch PID,…] [--delayed]</c>: one stream, timed by its receiver, every byte
/// checked, with the CPU seconds of the watched processes.
/// </summary>
internal static class BulkVerb
{
    private const double Gibibyte = 1L << 30;

    public static int Run(Arguments arguments)
    {
        var up = arguments.Has("up");
        var bytes = arguments.Number("bytes", null);
        if (arguments.Number("warm", 0) is var warm and > 0)
        {
            Transfer(arguments.Port, up, warm);
        }

        var before = ProcessTree.CpuSeconds(arguments.Watched);
        var elapsed = Transfer(arguments.Port, up, bytes);
        var cpu = ProcessTree.CpuSeconds(arguments.Watched) - before;
        var bits = bytes * 8 / elapsed.TotalSeconds;
        if (arguments.Has("delayed"))
        {
            MeasurementJson.Print(arguments, up ? Metrics.DelayedUpMbit : Metrics.DelayedDownMbit, bits / 1e6);
        }
        else if (!arguments.Has("quiet"))
        {
            MeasurementJson.Print(arguments, up ? Metrics.UpGbit : Metrics.DownGbit, bits / 1e9);
            if (arguments.Watched.Length > 0)
            {
                MeasurementJson.Print(arguments, up ? Metrics.UpCpu : Metrics.DownCpu, cpu / (bytes / Gibibyte));
            }
        }

        return 0;
    }

    private static TimeSpan Transfer(int port, bool up, long bytes)
    {
        using var socket = Loopback.Connect(port);
        TimeSpan elapsed;
        if (up)
        {
            Request.Send(socket, Request.Sink, bytes);
            Pattern.Send(socket, bytes);
            elapsed = TimeSpan.FromMicroseconds(Request.ReceiveNumber(socket) / 1000.0);
        }
        else
        {
            Request.Send(socket, Request.Source, bytes);
            elapsed = Pattern.Receive(socket, bytes);
        }

        socket.Shutdown(SocketShutdown.Send);
        return elapsed;
    }
}
