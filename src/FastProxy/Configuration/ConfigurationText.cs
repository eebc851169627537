namespace FastProxy.Configuration;

/// <summary>Reads the text of a configuration file.</summary>
internal static class ConfigurationText
{
    // No configuration has a megabyte: a file that large was named by mistake.
    private const int MaxLength = 1 << 20;

    /// <summary>The text of what is read to its end, such as standard input; null, with the error reported, where it cannot be had.</summary>
    /// <param name="open">Opens it; it may fail as the reading may.</param>
    /// <param name="problems">Takes the error.</param>
    /// <param name="longest">How many characters it may have.</param>
    public static string? Read(Func<TextReader> open, ConfigurationProblems problems, int longest = MaxLength)
    {
        try
        {
            var buffer = new char[longest + 1];
            var length = open().ReadBlock(buffer);
            if (length <= longest)
            {
                return new string(buffer, 0, length);
            }

            problems.Error(1, 1, $"there are more than {longest} characters: at most that many are read");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Error(1, 1, $"cannot be read: {e.Message}");
        }

        return null;
    }

    /// <summary>The text of a file; null, with the error reported, where it cannot be had.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">Takes the error.</param>
    /// <param name="longest">How many bytes it may have.</param>
    public static string? Read(string path, ConfigurationProblems problems, int longest = MaxLength)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: var length } && length > longest)
            {
                problems.Error(1, 1, $"the file has {length} bytes: at most {longest} are read");
                return null;
            }

            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Error(1, 1, "cannot be read: there is no such file");
            return null;
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            problems.Error(1, 1, "cannot be read: it is a directory");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Error(1, 1, $"cannot be read: {e.Message}");
            return null;
        }
    }
}
