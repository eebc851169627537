using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>Resolves the paths in a file, which are relative to its directory.</summary>
internal sealed class FileReader(string directory, ConfigurationProblems problems)
{
    /// <summary>The absolute path.</summary>
    public string Resolve(YamlScalar path) => Path.GetFullPath(path.Text, directory);

    /// <summary>The absolute path of a file that can be read; the error is reported where it cannot.</summary>
    public string Existing(YamlScalar scalar, string path)
    {
        var file = Resolve(scalar);
        try
        {
            using var opened = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Error(scalar, $"{path}: {Reason(file, e)}");
        }
        return file;
    }

    private static string Reason(string file, Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"there is no file {file}",
        UnauthorizedAccessException => $"{file} may not be read by this user",
        _ => $"{file} cannot be read: {e.Message}",
    };
}
