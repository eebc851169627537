using FastProxy.Admin;
using FastProxy.Admin.Hosting;

namespace FastProxy.Quickstart;

/// <summary>
/// What a quickstart leaves on the disk, so that one that fails can take it back: the files of a gateway and of the quickstart that were not
/// there before it, and the directories that it made for them. Nothing else is touched, and nothing while a gateway serves the directory.
/// </summary>
internal sealed class QuickstartTraces
{
    // A data directory's files, as docs/configuration.md lists them; the lock is held while the others go, and goes last.
    private static readonly string[] s_files =
    [
        "ca.pem", "tls.pem", "tls.key", "tls.key.new", "client-id", "client-id.new", "client-secret", "client-secret.new",
        "access.db", "access.db-wal", "access.db-shm", "decisions.db", "decisions.db-wal", "decisions.db-shm",
        AdminServer.SocketName, AdminServer.LockName,
    ];

    private readonly string _directory;
    private readonly List<string> _absentFiles;

    // From the data directory upwards.
    private readonly List<string> _absentDirectories = [];
    private bool _kept;

    private QuickstartTraces(string directory)
    {
        _directory = directory;
        _absentFiles = [.. s_files.Select(name => Path.Combine(directory, name)).Where(file => !File.Exists(file) && !File.Exists(DatabaseOf(file)))];
        for (var path = directory; path is not null && !Directory.Exists(path); path = Path.GetDirectoryName(path))
        {
            _absentDirectories.Add(path);
        }
    }

    /// <summary>Looks at what is there before anything is made.</summary>
    /// <param name="directory">The data directory, an absolute path; it need not exist.</param>
    public static QuickstartTraces Before(string directory) => new(directory);

    /// <summary>
    /// What was made stays, however the quickstart ends: it was handed over, and who uses it has made more of it since. Not taken back.
    /// </summary>
    public void Keep() => _kept = true;

    /// <summary>
    /// Takes back what was made since, unless it is to be kept. What cannot be is left and reported: the failure that led here is told by its
    /// own line.
    /// </summary>
    public void Remove()
    {
        if (_kept || !_absentFiles.Exists(File.Exists) && !_absentDirectories.Exists(Directory.Exists))
        {
            return;
        }

        try
        {
            using var alone = DirectoryLock.TryTake(_directory);
            if (alone is null)
            {
                // Another process began to serve the directory meanwhile: these are its files now.
                return;
            }

            _absentFiles.ForEach(File.Delete);
            foreach (var directory in _absentDirectories.TakeWhile(directory => !Directory.EnumerateFileSystemEntries(directory).Any()))
            {
                Directory.Delete(directory);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            StandardError.WriteLine($"fastproxy: warning: what was made in {_directory} could not all be removed: {exception.Message}");
        }
    }

    // A write-ahead log that was not there may hold what was committed to a database that was: it goes with the database or not at all.
    private static string DatabaseOf(string file) =>
        file.EndsWith("-wal", StringComparison.Ordinal) || file.EndsWith("-shm", StringComparison.Ordinal) ? file[..^4] : file;
}
