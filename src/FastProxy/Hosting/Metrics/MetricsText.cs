using System.Globalization;
using System.Text;

namespace FastProxy.Hosting.Metrics;

/// <summary>
/// Writes the Prometheus text exposition format, version 0.0.4: for every metric its HELP, its TYPE, and a line a sample. A metric is begun
/// once and its samples follow it; none is written twice.
/// </summary>
internal sealed class MetricsText
{
    /// <summary>The format's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new(8192);
    private string _name = "";

    /// <summary>Begins a metric whose value rises and falls.</summary>
    /// <param name="name">In snake_case, with its unit where it has one.</param>
    /// <param name="help">One sentence.</param>
    public MetricsText Gauge(string name, string help) => Begin(name, "gauge", help);

    /// <summary>Begins a metric that only rises.</summary>
    /// <param name="name">In snake_case, with its unit where it has one, ending in <c>_total</c>.</param>
    /// <param name="help">One sentence.</param>
    public MetricsText Counter(string name, string help) => Begin(name, "counter", help);

    /// <summary>Writes a sample of the metric that was begun last.</summary>
    /// <param name="value">Written exactly.</param>
    /// <param name="labels">Name and value of each label; the values are from a set that is bounded.</param>
    public MetricsText Sample(long value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        Series(labels);
        _text.Append(CultureInfo.InvariantCulture, $" {value}\n");
        return this;
    }

    /// <summary>Writes a sample of the metric that was begun last.</summary>
    public MetricsText Sample(double value)
    {
        Series([]);
        _text.Append(CultureInfo.InvariantCulture, $" {value:R}\n");
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private MetricsText Begin(string name, string type, string help)
    {
        _name = name;
        _text.Append("# HELP ").Append(name).Append(' ');
        Escape(help, quotes: false);
        _text.Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    private void Series(ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(_name);
        var separator = '{';
        foreach (var (name, value) in labels)
        {
            _text.Append(separator).Append(name).Append("=\"");
            Escape(value, quotes: true);
            _text.Append('"');
            separator = ',';
        }

        if (!labels.IsEmpty)
        {
            _text.Append('}');
        }
    }

    private void Escape(string text, bool quotes)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => _text.Append(@"\\"),
                '\n' => _text.Append(@"\n"),
                '"' when quotes => _text.Append("\\\""),
                _ => _text.Append(c),
            };
        }
    }
}
