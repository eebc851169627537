using FastProxy.Load;
using FastProxy.Load.Reporting;
using FastProxy.Load.Verbs;

try
{
    var arguments = Arguments.Parse(args);
    return arguments.Verb switch
    {
        "origin" => OriginVerb.Run(arguments),
        "relay" => RelayVerb.Run(arguments),
        "hop" => HopVerb.Run(arguments),
        "ports" => PortsVerb.Run(arguments),
        "bulk" => BulkVerb.Run(arguments),
        "rtt" => RoundTripVerb.Run(arguments),
        "connect" => ConnectVerb.Run(arguments),
        "exec" => ExecVerb.Run(arguments),
        "parallel" => await ParallelVerb.RunAsync(arguments),
        "idle" => await IdleVerb.RunAsync(arguments),
        "report" => ReportVerb.Run(arguments),
        _ => throw new ArgumentException("verbs: origin relay hop ports bulk rtt connect exec parallel idle report"),
    };
}
catch (Exception exception) when (exception is ArgumentException or IOException or InvalidDataException or System.Net.Sockets.SocketException)
{
    Console.Error.WriteLine($"load: {exception.Message}");
    return 1;
}
