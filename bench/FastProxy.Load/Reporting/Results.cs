using FastProxy.Load.Measuring;

namespace FastProxy.Load.Reporting;

/// <summary>The medians over the rounds, by chain and metric.</summary>
internal sealed class Results
{
    private readonly Dictionary<(string Chain, string Metric), double> _medians;

    public Results(IReadOnlyCollection<Measurement> measurements)
    {
        _medians = measurements
            .GroupBy(measurement => (measurement.Chain, measurement.Metric))
            .ToDictionary(group => group.Key, group => Percentiles.Median(group.Select(measurement => measurement.Value)));
        Chains = [.. measurements.Select(measurement => measurement.Chain).Distinct()];
    }

    /// <summary>In the order of their first measurement.</summary>
    public IReadOnlyList<string> Chains { get; }

    /// <summary>All medians.</summary>
    public IReadOnlyDictionary<(string Chain, string Metric), double> Medians => _medians;

    /// <summary>The median, or null where it was not measured.</summary>
    public double? Get(string chain, string metric) => _medians.TryGetValue((chain, metric), out var value) ? value : null;

    /// <summary>The ratio of two chains' medians.</summary>
    public double? Ratio(string chain, string neighbour, string metric) => Get(chain, metric) / Get(neighbour, metric);

    /// <summary>What a chain adds to the direct path.</summary>
    public double? Added(string chain, string metric) => Get(chain, metric) - Get(ChainNames.Direct, metric);
}
