using System.Text.Json;
using FastProxy.Load.Measuring;

namespace FastProxy.Load.Reporting;

/// <summary>The report as JSON: the run, every chain's medians and single values, every target.</summary>
internal static class ReportJson
{
    public static void Write(string path, Arguments run, IReadOnlyCollection<Measurement> measurements, Results results, IReadOnlyCollection<Target> targets)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("date", TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("kernel", Environment.OSVersion.VersionString);
        json.WriteNumber("cores", Environment.ProcessorCount);
        json.WriteString("command", run.Text("command", ""));
        json.WriteNumber("rounds", measurements.Count == 0 ? 0 : measurements.Max(measurement => measurement.Round));
        json.WriteStartObject("chains");
        foreach (var chain in results.Chains)
        {
            json.WriteStartObject(chain);
            foreach (var metric in measurements.Where(measurement => measurement.Chain == chain).GroupBy(measurement => measurement.Metric))
            {
                json.WriteStartObject(metric.Key);
                json.WriteNumber("median", results.Medians[(chain, metric.Key)]);
                json.WriteStartArray("values");
                foreach (var measurement in metric)
                {
                    json.WriteNumberValue(measurement.Value);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("targets");
        foreach (var target in targets)
        {
            json.WriteStartObject();
            json.WriteString("number", target.Number);
            json.WriteString("text", target.Text);
            if (target.Figure is { } figure && double.IsFinite(figure))
            {
                json.WriteNumber("figure", figure);
            }

            json.WriteNumber(target.AtLeast ? "atLeast" : "atMost", target.Bound);
            json.WriteString("verdict", target.Verdict.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
