using System.Text.RegularExpressions;
using FastProxy.FunctionalTests.Fixtures;

namespace FastProxy.FunctionalTests.Binary;

public sealed class BinaryTests
{
    private const int Runs = 31;

    // The target is 8 ms on a quiet machine; a slow or loaded one may take three times that.
    private const double MaxMilliseconds = 24;
    private const double MaxPageFaults = 600;

    [Fact]
    public async Task IsStaticallyLinked()
    {
        var result = (await RunningProgram.RunAsync("file", ["--brief", PublishedBinary.Path])).MustSucceed();

        Assert.Contains("statically linked", result.OutputText, StringComparison.Ordinal);
        Assert.Contains("stripped", result.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain("not stripped", result.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public void WasPublishedWithoutTrimOrAotWarnings()
    {
        var log = File.ReadAllText(PublishedBinary.PublishLog);

        Assert.Contains("Generating native code", log, StringComparison.Ordinal);
        Assert.Empty(Regex.Matches(log, @"\bIL[0-9]{4}\b.*").Select(match => match.Value));
    }

    [Fact]
    public async Task RunsInAnEmptyRootWithOnlyDev()
    {
        using var root = new EmptyRoot();

        var result = (await root.RunAsync(["--version"])).MustSucceed();

        Assert.Matches(@"\A\S*.*\d+\.\d+\.\d+", result.OutputText);
        Assert.Empty(result.ErrorText);
    }

    [Fact]
    public async Task ServesAndDialsTlsInAnEmptyRootWithOnlyDev()
    {
        using var root = new EmptyRoot();

        // Gateway and client in one: bytes go through TLS on loopback to an origin and back.
        (await root.RunAsync(["quickstart", "--check", "--data-dir", "/data"])).MustSucceed();
    }

    [Fact]
    public async Task VersionCostsLittle()
    {
        var milliseconds = new double[Runs];
        var faults = new double[Runs];
        for (var i = 0; i < Runs; i++)
        {
            var before = ChildUsage.Read();
            (await PublishedBinary.RunAsync(["--version"])).MustSucceed();
            var after = ChildUsage.Read();
            milliseconds[i] = (after.Cpu - before.Cpu).TotalMilliseconds;
            faults[i] = after.PageFaults - before.PageFaults;
        }

        var medianMilliseconds = Median(milliseconds);
        var medianFaults = Median(faults);
        Figures.Record($"--version, user+system CPU, median of {Runs}", medianMilliseconds, "ms");
        Figures.Record($"--version, page faults, median of {Runs}", medianFaults, "");
        Figures.Record("binary", new FileInfo(PublishedBinary.Path).Length / 1e6, "MB");
        Assert.InRange(medianMilliseconds, 0.1, MaxMilliseconds);
        Assert.InRange(medianFaults, 10, MaxPageFaults);
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
