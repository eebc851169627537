using System.Globalization;
using System.Text.RegularExpressions;

namespace FastProxy.Testing;

/// <summary>
/// A scrape in the Prometheus text exposition format 0.0.4, read strictly: every sample stands under its metric's HELP and TYPE, no metric and
/// no series comes twice, a counter ends in <c>_total</c>.
/// </summary>
public sealed partial class Exposition
{
    private readonly Dictionary<string, double> _series = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);

    private Exposition()
    {
    }

    /// <summary>The names of all metrics.</summary>
    public IReadOnlyCollection<string> Names => _types.Keys;

    /// <summary>The value of a series, named as it is written: <c>name{label="value"}</c>. Throws <see cref="KeyNotFoundException"/>.</summary>
    public double this[string series] => _series[series];

    /// <summary>The sum over all series of a metric.</summary>
    public double Sum(string name) => _series.Where(pair => pair.Key == name || pair.Key.StartsWith(name + "{", StringComparison.Ordinal)).Sum(pair => pair.Value);

    /// <summary>Reads a scrape. Throws <see cref="FormatException"/> with the line that breaks the format.</summary>
    public static Exposition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var exposition = new Exposition();
        var (name, helped) = ("", "");
        Require(text.EndsWith('\n'), "the end");
        foreach (var line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                var match = Help().Match(line);
                Require(match.Success, line);
                helped = match.Groups["name"].Value;
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var match = Type().Match(line);
                name = match.Groups["name"].Value;
                var type = match.Groups["type"].Value;
                Require(match.Success && name == helped && exposition._types.TryAdd(name, type), line);
                Require((type == "counter") == name.EndsWith("_total", StringComparison.Ordinal), line);
            }
            else
            {
                var match = Sample().Match(line);
                Require(match.Success && match.Groups["name"].Value == name, line);
                Require(exposition._series.TryAdd(match.Groups["series"].Value, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)), line);
            }
        }

        return exposition;
    }

    private static void Require(bool holds, string line)
    {
        if (!holds)
        {
            throw new FormatException($"not in the text exposition format: {line}");
        }
    }

    [GeneratedRegex(@"^# HELP (?<name>[a-z][a-z0-9_]*) \S.*$")]
    private static partial Regex Help();

    [GeneratedRegex(@"^# TYPE (?<name>[a-z][a-z0-9_]*) (?<type>counter|gauge)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^(?<series>(?<name>[a-z][a-z0-9_]*)(\{[a-z][a-z0-9_]*="([^"\\]|\\["\\n])*"(,[a-z][a-z0-9_]*="([^"\\]|\\["\\n])*")*\})?) (?<value>\d+(\.\d+)?)$""")]
    private static partial Regex Sample();
}
