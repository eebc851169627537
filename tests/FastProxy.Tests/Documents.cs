namespace FastProxy.Tests;

/// <summary>The documents of the working copy that is being tested.</summary>
internal static class Documents
{
    /// <summary>The text of a document in <c>docs</c>.</summary>
    public static string Read(string name) => File.ReadAllText(Path.Combine(FindRoot(), "docs", name));

    /// <summary>The lines below a heading of the second rank, to the next one of that rank.</summary>
    public static IEnumerable<string> Chapter(string document, string heading) => document.Split('\n')
        .SkipWhile(line => line != $"## {heading}")
        .Skip(1)
        .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));

    /// <summary>The cells of a row of a table; none for any other line.</summary>
    public static string[] Cells(string line) =>
        line.StartsWith("| ", StringComparison.Ordinal) ? [.. line.Trim('|', ' ').Split(" | ").Select(cell => cell.Trim())] : [];

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
