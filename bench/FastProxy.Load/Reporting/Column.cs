namespace FastProxy.Load.Reporting;

/// <summary>A column of the table.</summary>
/// <param name="Title">Its head.</param>
/// <param name="Cell">A chain's figure as text; empty where it was not measured.</param>
internal sealed record Column(string Title, Func<Results, string, string> Cell)
{
    /// <summary>A metric as it is.</summary>
    public static Column Of(string title, string metric, string format, double scale = 1) =>
        new(title, (results, chain) => Format(results.Get(chain, metric) * scale, format));

    /// <summary>A metric divided by a neighbour's.</summary>
    public static Column Ratio(string title, string metric, string neighbour) =>
        new(title, (results, chain) => chain == neighbour ? "1" : Format(results.Ratio(chain, neighbour, metric), "0.00"));

    public static string Format(double? value, string format) =>
        value?.ToString(format, System.Globalization.CultureInfo.InvariantCulture) ?? "";
}
