using FastProxy.Configuration.Yaml;

namespace FastProxy.Configuration;

/// <summary>Resolves the paths in a file, which are relative to its directory.</summary>
internal sealed class FileReader(string directory, ConfigurationProblems problems)
{
    private readonly Dictionary<string, FileStamp> _stamps = new(StringComparer.Ordinal);

    /// <summary>The absolute path of every file that was named so far, there or not, and what it looked like before anything of it was read.</summary>
    public IReadOnlyDictionary<string, FileStamp> Stamps => _stamps;

    /// <summary>The absolute path.</summary>
    public string Resolve(YamlScalar path) => Resolve(path, directory);

    /// <summary>The absolute path of a file that stands in another directory than the configuration.</summary>
    public string Resolve(YamlScalar path, string within)
    {
        var file = Path.GetFullPath(path.Text, within);
        Note(file);
        return file;
    }

    /// <summary>Takes a file's stamp, unless it has been taken: call it before the file is read.</summary>
    public void Note(string file)
    {
        if (!_stamps.ContainsKey(file))
        {
            _stamps[file] = FileStamp.Of(file);
        }
    }

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
