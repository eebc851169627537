namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>Small form for every run, full figures for <c>tests/run.sh --long</c>.</summary>
public static class TestScale
{
    /// <summary>Whether the full figures are asked for.</summary>
    public static bool IsLong => Environment.GetEnvironmentVariable("FASTPROXY_LONG") == "1";

    /// <summary>Chooses between the two forms of a figure.</summary>
    public static T Pick<T>(T small, T full) => IsLong ? full : small;
}
