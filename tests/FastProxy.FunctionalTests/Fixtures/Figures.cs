using System.Globalization;

namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>Measured values that the run prints at its end, passed or not.</summary>
public static class Figures
{
    private static readonly object s_gate = new();

    /// <summary>Adds a line to the run's figures.</summary>
    public static void Record(string name, double value, string unit)
    {
        lock (s_gate)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{name}: {value:0.##} {unit}\n");
            File.AppendAllText(Path.Combine(Repository.Results, "figures.txt"), line);
        }
    }
}
