namespace FastProxy.Load.Verbs;

/// <summary><c>ports --count N</c>: prints ports that are free now, all different.</summary>
internal static class PortsVerb
{
    public static int Run(Arguments arguments)
    {
        var listeners = Enumerable.Range(0, (int)arguments.Number("count", 1)).Select(_ => Loopback.Listen(0)).ToList();
        foreach (var listener in listeners)
        {
            Console.WriteLine(Loopback.PortOf(listener));
            listener.Dispose();
        }

        return 0;
    }
}
