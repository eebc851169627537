namespace FastProxy.FunctionalTests.Fixtures;

/// <summary>The product under test: what publish.sh made, or what FASTPROXY_BINARY names.</summary>
public static class PublishedBinary
{
    /// <summary>The absolute path of the executable.</summary>
    public static string Path { get; } = Find();

    /// <summary>The log of the publish, beside the executable.</summary>
    public static string PublishLog => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, "publish.log");

    /// <summary>Starts the binary.</summary>
    public static RunningProgram Start(
        IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string?>>? environment = null, string? directory = null) =>
        RunningProgram.Start(Path, arguments, environment, directory);

    /// <summary>Runs the binary to its end.</summary>
    public static Task<ProgramResult> RunAsync(
        IEnumerable<string> arguments,
        byte[]? input = null,
        IEnumerable<KeyValuePair<string, string?>>? environment = null,
        string? directory = null,
        TimeSpan? timeout = null) =>
        RunningProgram.RunAsync(Path, arguments, input, environment, directory, timeout);

    private static string Find()
    {
        var path = Environment.GetEnvironmentVariable("FASTPROXY_BINARY") is { Length: > 0 } given
            ? System.IO.Path.GetFullPath(given, Repository.Root)
            : System.IO.Path.Combine(Repository.Root, "artifacts", "fastproxy");
        return File.Exists(path) ? path : throw new FileNotFoundException($"no {path}: run ./publish.sh first");
    }
}
