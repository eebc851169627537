using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastProxy.Load.Measuring;

/// <summary>Measurements as JSON lines.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Measurement))]
internal sealed partial class MeasurementJson : JsonSerializerContext
{
    /// <summary>Prints a figure that belongs to the arguments' chain and round.</summary>
    public static void Print(Arguments arguments, string metric, double value) =>
        Console.WriteLine(JsonSerializer.Serialize(new Measurement(arguments.Chain, arguments.Round, metric, Math.Round(value, 4)), Default.Measurement));

    /// <summary>Reads a file of such lines.</summary>
    public static List<Measurement> ReadFile(string path) =>
        [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize(line, Default.Measurement)!)];
}
