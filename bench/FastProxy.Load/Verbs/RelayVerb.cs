using System.Net.Sockets;

namespace FastProxy.Load.Verbs;

/// <summary><c>relay --to PORT --delay-ms D [--listen PORT]</c>: hands bytes on D ms later, each way; a round trip costs 2 D. Prints its port.</summary>
internal static class RelayVerb
{
    public static int Run(Arguments arguments)
    {
        var target = (int)arguments.Number("to", null);
        var delay = TimeSpan.FromMilliseconds(arguments.Number("delay-ms", 50));
        using var listener = Loopback.Listen((int)arguments.Number("listen", 0));
        Console.WriteLine(Loopback.PortOf(listener));
        while (true)
        {
            var near = listener.Accept();
            try
            {
                near.NoDelay = true;
                var far = Loopback.Connect(target);
                DelayLine.Start(near, far, delay);
                DelayLine.Start(far, near, delay);
            }
            catch (SocketException)
            {
                near.Dispose();
            }
        }
    }
}
