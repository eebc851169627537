namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>Where things are in the working copy that is being tested.</summary>
public static class Repository
{
    /// <summary>The directory of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Where results of a run go; tests/run.sh empties it first.</summary>
    public static string Results => Directory.CreateDirectory(Path.Combine(Root, "artifacts", "tests")).FullName;

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "FastProxy.sln")))
            {
                return directory.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no FastProxy.sln above {AppContext.BaseDirectory}");
    }
}
