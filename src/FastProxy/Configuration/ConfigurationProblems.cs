using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>
/// Collects what is wrong with one file, so that its author sees everything in one run. Errors refuse the file; warnings do not.
/// </summary>
internal sealed class ConfigurationProblems(string file)
{
    private readonly List<ConfigurationProblem> _errors = [];
    private readonly List<ConfigurationProblem> _warnings = [];

    /// <summary>The file as its user named it.</summary>
    public string File { get; } = file;

    /// <summary>Errors in the order of their places.</summary>
    public IEnumerable<ConfigurationProblem> Errors => InOrder(_errors);

    /// <summary>Warnings in the order of their places.</summary>
    public IEnumerable<ConfigurationProblem> Warnings => InOrder(_warnings);

    /// <summary>Whether the file must be refused.</summary>
    public bool HasErrors => _errors.Count > 0;

    /// <summary>Writes warnings and errors to stderr, a line each.</summary>
    public void Report()
    {
        foreach (var warning in Warnings)
        {
            StandardError.WriteLine($"fastproxy: warning: {warning}");
        }

        foreach (var error in Errors)
        {
            StandardError.WriteLine($"fastproxy: {error}");
        }
    }

    /// <summary>Reports an error at a node.</summary>
    public void Error(YamlNode at, string message) => Error(at.Line, at.Column, message);

    /// <summary>Reports an error at a line and column.</summary>
    public void Error(int line, int column, string message) => _errors.Add(new(File, line, column, message));

    /// <summary>Reports what works but is not what its author may expect.</summary>
    public void Warning(YamlNode at, string message) => _warnings.Add(new(File, at.Line, at.Column, message));

    private static IEnumerable<ConfigurationProblem> InOrder(List<ConfigurationProblem> problems) =>
        problems.OrderBy(p => p.Line).ThenBy(p => p.Column);
}
