namespace FastProxy.Load.Measuring;

/// <summary>Order statistics, nearest rank.</summary>
internal static class Percentiles
{
    /// <summary>The value below which <paramref name="percent"/> of the values lie; sorts them.</summary>
    public static double Of(double[] values, double percent)
    {
        Array.Sort(values);
        return values[Math.Clamp((int)Math.Ceiling(values.Length * percent / 100) - 1, 0, values.Length - 1)];
    }

    /// <summary>The middle value, or the mean of the two middle ones.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
