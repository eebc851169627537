using System.Globalization;

namespace FastProxy.Cli.Carrying;

/// <summary>A file of log lines, or a directory with a rolling one: 1 MB each, five older ones kept.</summary>
internal sealed class LogFile : IDisposable
{
    private const long RollAt = 1_000_000;
    private const int Backups = 5;
    private const string RollingName = "cloudflared.log";

    private readonly string _path;
    private readonly bool _rolls;
    private FileStream _stream;

    private LogFile(string path, bool rolls)
    {
        _path = path;
        _rolls = rolls;
        _stream = Append(path);
    }

    /// <summary>Appends to one file. Throws what opening a file throws.</summary>
    public static LogFile Single(string path) => new(path, rolls: false);

    /// <summary>Appends to a rolling file in a directory, which is made where it is missing. Throws what opening a file throws.</summary>
    public static LogFile Rolling(string directory)
    {
        Directory.CreateDirectory(directory);
        return new LogFile(Path.Combine(directory, RollingName), rolls: true);
    }

    public void WriteLine(ReadOnlySpan<byte> line)
    {
        try
        {
            if (_rolls && _stream.Length + line.Length > RollAt)
            {
                Roll();
            }

            _stream.Write(line);
            _stream.Write("\n"u8);
            _stream.Flush();
        }
        catch (IOException)
        {
            // A full disk must not end the sessions that are logged.
        }
    }

    public void Dispose() => _stream.Dispose();

    private static FileStream Append(string path) => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 4096);

    private void Roll()
    {
        _stream.Dispose();
        for (var i = Backups - 1; i >= 1; i--)
        {
            if (File.Exists(Backup(i)))
            {
                File.Move(Backup(i), Backup(i + 1), overwrite: true);
            }
        }

        File.Move(_path, Backup(1), overwrite: true);
        _stream = Append(_path);
    }

    private string Backup(int number) => string.Create(CultureInfo.InvariantCulture, $"{_path}.{number}");
}
