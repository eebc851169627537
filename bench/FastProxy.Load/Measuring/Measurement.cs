namespace FastProxy.Load.Measuring;

/// <summary>One figure: a JSON line on standard output, and a line of the report's input.</summary>
/// <param name="Chain">What was measured.</param>
/// <param name="Round">The round, from 1.</param>
/// <param name="Metric">A name of <see cref="Metrics"/>.</param>
/// <param name="Value">The figure in the metric's unit.</param>
internal sealed record Measurement(string Chain, int Round, string Metric, double Value);
