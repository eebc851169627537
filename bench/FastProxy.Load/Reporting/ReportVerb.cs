using FastProxy.Load.Measuring;

namespace FastProxy.Load.Reporting;

/// <summary><c>report --in results.jsonl [--json FILE] [--command TEXT]</c>: prints the tables and writes the JSON.</summary>
internal static class ReportVerb
{
    public static int Run(Arguments arguments)
    {
        var measurements = MeasurementJson.ReadFile(arguments.Text("in", null));
        var results = new Results(measurements);
        var targets = Targets.Of(results).ToList();
        Console.Write(Markdown.Write(results, targets));
        if (arguments.Has("json"))
        {
            ReportJson.Write(arguments.Text("json", null), arguments, measurements, results, targets);
        }

        return 0;
    }
}
