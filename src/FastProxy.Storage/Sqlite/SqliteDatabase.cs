using System.Globalization;
using Microsoft.Data.Sqlite;

namespace FastProxy.Storage.Sqlite;

/// <summary>One connection to one file, opened as all of ours are: WAL, a busy time-out, foreign keys, a known schema.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    // How long a writer of another process may hold us up before the change is refused. Seconds.
    private const int BusySeconds = 5;

    private static readonly object s_provider = InitializeProvider();

    private readonly SqliteConnection _connection;

    private SqliteDatabase(string path, SqliteConnection connection)
    {
        Path = path;
        _connection = connection;
    }

    public string Path { get; }

    /// <summary>Opens or creates the file, readable by the owner only, and brings its schema up to date.</summary>
    /// <param name="path">The file; its directory is created with mode 0700 where it is missing.</param>
    /// <param name="synchronous"><c>FULL</c>: what is committed survives a power cut. <c>NORMAL</c>: it survives the process.</param>
    /// <param name="migrations">The scripts that lead from each schema version to the next, from version 0 on.</param>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static SqliteDatabase Open(string path, string synchronous, ReadOnlySpan<string> migrations)
    {
        _ = s_provider;
        try
        {
            CreateFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the store {path} cannot be created: {exception.Message}", exception);
        }

        var text = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = BusySeconds };
        var connection = new SqliteConnection(text.ToString());
        var database = new SqliteDatabase(path, connection);
        try
        {
            connection.Open();
            database.Execute($"PRAGMA busy_timeout = {BusySeconds * 1000}");
            if (database.ReadText("PRAGMA journal_mode = WAL") is var mode && mode != "wal")
            {
                throw new StoreException($"the store {path} is on a file system without shared memory (journal mode {mode}): use a local disk");
            }

            database.Execute($"PRAGMA synchronous = {synchronous}");
            database.Execute("PRAGMA foreign_keys = ON");
            database.Migrate(migrations);
            return database;
        }
        catch (SqliteException exception)
        {
            database.Dispose();
            throw new StoreException(database.Explain(exception), exception);
        }
        catch (StoreException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that exists as it is: nothing of it is set or brought up to date.</summary>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public static SqliteDatabase OpenExisting(string path)
    {
        _ = s_provider;
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = BusySeconds };
        var database = new SqliteDatabase(path, new SqliteConnection(text.ToString()));
        try
        {
            database._connection.Open();
            database.Execute($"PRAGMA busy_timeout = {BusySeconds * 1000}");
            return database;
        }
        catch (SqliteException exception)
        {
            database.Dispose();
            throw new StoreException(database.Explain(exception), exception);
        }
    }

    /// <summary>Copies everything, as it is at one moment, in the place of what the other has; readers and writers of this one go on.</summary>
    public void CopyTo(SqliteDatabase other) => _connection.BackupDatabase(other._connection);

    /// <summary>Begins a transaction that no other writer can be in at the same time.</summary>
    public SqliteTransaction BeginImmediate() => _connection.BeginTransaction(deferred: false);

    /// <summary>Begins a transaction that sees one state and writes nothing.</summary>
    public SqliteTransaction BeginRead() => _connection.BeginTransaction(deferred: true);

    public SqliteCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    public void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(sql);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        command.ExecuteNonQuery();
    }

    public long ReadNumber(string sql)
    {
        using var command = Command(sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public string? ReadText(string sql)
    {
        using var command = Command(sql);
        return command.ExecuteScalar() as string;
    }

    /// <summary>One sentence that names the file, the cause, and what to do.</summary>
    public string Explain(SqliteException exception) => $"the store {Path} " + exception.SqliteErrorCode switch
    {
        SQLitePCL.raw.SQLITE_FULL => "cannot be written: the disk is full",
        SQLitePCL.raw.SQLITE_READONLY => "cannot be written: the file or its directory is read-only for this user",
        SQLitePCL.raw.SQLITE_CANTOPEN => "cannot be opened: does this user own the directory?",
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => $"is locked by another process for more than {BusySeconds} s",
        SQLitePCL.raw.SQLITE_NOTADB => "is not a SQLite database: move the file away or restore a backup",
        SQLitePCL.raw.SQLITE_CORRUPT => "is damaged: restore a backup",
        SQLitePCL.raw.SQLITE_IOERR => $"cannot be read or written: input/output error {exception.SqliteExtendedErrorCode}",
        _ => $"failed: {exception.Message}",
    };

    public void Dispose() => _connection.Dispose();

    private void Migrate(ReadOnlySpan<string> migrations)
    {
        // The lock first: two processes that start together must not both migrate.
        using var transaction = BeginImmediate();
        var version = ReadNumber("PRAGMA user_version");
        if (version > migrations.Length)
        {
            throw new StoreException(
                $"the store {Path} has schema version {version} and this program knows up to {migrations.Length}: use the newer program");
        }

        for (var next = (int)version; next < migrations.Length; next++)
        {
            Execute(migrations[next]);
            Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {next + 1}"));
        }

        transaction.Commit();
    }

    private static void CreateFile(string path)
    {
        if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } directory)
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        if (File.Exists(path))
        {
            return;
        }

        // SQLite gives its -wal and -shm files the mode of the database.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }

    private static object InitializeProvider()
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        return new object();
    }
}
