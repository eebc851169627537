using System.Globalization;
using FastProxy.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace FastProxy.Storage.Backups;

/// <summary>
/// Copies the SQLite store of a data directory into one file, and back. The decision log is a store of its own and no part of it. Every
/// failure is a <see cref="StoreException"/> after which the files are as they were.
/// </summary>
public static class StoreBackup
{
    // The beginning of a database, https://www.sqlite.org/fileformat.html#the_database_header.
    private const int HeaderSize = 20;
    private const int ReadVersionOffset = 19;
    private const byte ReadVersionOfWal = 2;

    // What SQLite has beside a file in WAL mode, and beside one in any other while a change is under way.
    private static readonly string[] s_journals = ["-wal", "-journal"];

    /// <summary>
    /// Writes a copy, of one moment, of a store that gateways may be using: neither they nor their changes wait for it. The file is mode
    /// 0600, checked, and on disk when this returns.
    /// </summary>
    /// <param name="dataDirectory">The directory of the store.</param>
    /// <param name="file">The file to write; its directory exists.</param>
    /// <param name="overwrite">Whether a file of that name is replaced.</param>
    /// <returns>The size of the file in bytes.</returns>
    /// <exception cref="StoreException">No backup was made.</exception>
    public static long Create(string dataDirectory, string file, bool overwrite)
    {
        var path = StoreOf(dataDirectory);
        file = FullPath(file);
        if (!File.Exists(path))
        {
            throw Absent(path, $"there is no store {path}");
        }
        if (File.Exists(file) && (!overwrite || file == path))
        {
            throw new StoreException(file == path ? $"{file} is the store itself" : $"there is a file {file} already: name another, or say --overwrite");
        }
        if (Directory.Exists(file))
        {
            throw new StoreException($"{file} is a directory: name a file in it");
        }
        if (!Directory.Exists(Path.GetDirectoryName(file)))
        {
            throw new StoreException($"the backup {file} cannot be written: there is no directory {Path.GetDirectoryName(file)}");
        }
        return Files($"the backup {file} cannot be written", () =>
        {
            using var copy = PrivateCopy.For(file);
            using (var store = SqliteDatabase.OpenExisting(path))
            using (var backup = SqliteDatabase.OpenExisting(copy.Path))
            {
                store.CopyTo(backup);
                Check(backup);
            }
            copy.Keep(overwrite);
            return new FileInfo(file).Length;
        });
    }

    /// <summary>
    /// Puts a backup in the place of a data directory's store, which is kept beside it. Only while no process has the store open: call with
    /// the directory's lock held.
    /// </summary>
    /// <param name="dataDirectory">The directory of the store, which may have none.</param>
    /// <param name="file">A file that <see cref="Create"/> made, with this program or an older one.</param>
    /// <param name="now">The time, for the name of what is kept.</param>
    /// <exception cref="StoreException">Nothing was restored.</exception>
    public static RestoredStore Restore(string dataDirectory, string file, DateTimeOffset now)
    {
        var path = StoreOf(dataDirectory);
        file = FullPath(file);
        if (!File.Exists(file))
        {
            throw Absent(file, $"there is no file {file}");
        }
        if (file == path)
        {
            throw new StoreException($"{file} is the store itself");
        }
        return Files($"the store {path} cannot be restored", () =>
        {
            if (IsInWalMode(file))
            {
                throw new StoreException(
                    $"{file} is a database in use, or a copy of one, and its newest changes may be in another file. Make a backup of it: put it as access.db, with what lies beside it, into a directory of its own, and run fastproxy store backup FILE --data-dir DIR");
            }

            // 1. The new one, beside the old one and proven: this program can serve from it.
            using var copy = PrivateCopy.Of(file, path);
            var restored = Prove(copy.Path, file);

            // 2. The old one, in one file and with nobody on it.
            var previous = string.Create(CultureInfo.InvariantCulture, $"{path}.{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
            if (File.Exists(path))
            {
                CloseOff(path);
                Keep(path, previous);
                restored = restored with { Previous = previous };
            }

            // 3. What is left beside it, or beside nothing: SQLite would play it back over the new one.
            MoveJournals(path, previous);

            // 4. The exchange: one rename, so that at no moment there is no store.
            copy.Keep(overwrite: true);
            return restored;
        });
    }

    /// <summary>Why a file that does not seem to exist cannot be used: in a directory that its user may not enter nothing seems to.</summary>
    private static StoreException Absent(string path, string message)
    {
        if (Directory.Exists(path))
        {
            return new StoreException($"{path} is a directory");
        }

        try
        {
            // Only on the way to a failure: closing a handle on a database takes the locks of this process on it away.
            File.OpenHandle(path).Dispose();
        }
        catch (UnauthorizedAccessException exception)
        {
            return new StoreException($"{path} cannot be read: permission denied; run this as the gateway's user, or as root", exception);
        }
        catch (IOException)
        {
            // Not there, as it seemed.
        }
        return new StoreException(message);
    }

    private static string StoreOf(string dataDirectory) => Path.Combine(Path.GetFullPath(dataDirectory), SqliteAccessStore.FileName);

    private static string FullPath(string file) => file.Length > 0 ? Path.GetFullPath(file) : throw new StoreException("the name of the backup is empty");

    // The copy shall be one file, without the journal that a store in use has beside it.
    private static void Check(SqliteDatabase database)
    {
        if (database.ReadText("PRAGMA journal_mode = DELETE") != "delete")
        {
            throw new StoreException($"the file {database.Path} is in use by another process");
        }
        if (database.ReadText("PRAGMA integrity_check(1)") is var result && result != "ok")
        {
            throw new StoreException($"the file {database.Path} is damaged: {result}");
        }
        if (database.ReadText("PRAGMA foreign_key_check") is { } table)
        {
            throw new StoreException($"the file {database.Path} is damaged: a row of its table {table} names another that is not there");
        }
    }

    private static RestoredStore Prove(string path, string file)
    {
        try
        {
            using (var database = SqliteDatabase.OpenExisting(path))
            {
                // Another program's database has no schema version, or has not this table.
                if (database.ReadNumber("PRAGMA user_version") == 0
                    || database.ReadNumber("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'service_tokens'") == 0)
                {
                    throw new StoreException($"{file} is no backup of a store");
                }
                Check(database);
            }
            using var migrated = SqliteDatabase.Open(path, "FULL", AccessSchema.Migrations);
            var snapshot = AccessReader.Read(migrated);
            return new RestoredStore(snapshot.Tokens.Length, snapshot.Applications.Length, snapshot.Groups.Length, null);
        }
        catch (SqliteException exception) when (IsDamage(exception))
        {
            throw new StoreException($"{file} is damaged, or no SQLite database", exception);
        }
        catch (StoreException exception)
        {
            // It is the copy that was opened, and the file that its user knows.
            throw new StoreException(exception.Message.Replace(path, file, StringComparison.Ordinal), exception);
        }
    }

    // Leaves the store in one file. Not possible as long as another connection is open, in this process or in any other.
    private static void CloseOff(string path)
    {
        if (!HasHeader(path))
        {
            // No database at all, which is reason enough to restore a backup; SQLite would remove what lies beside it.
            return;
        }
        try
        {
            using var old = SqliteDatabase.OpenExisting(path);
            if (old.ReadText("PRAGMA journal_mode = DELETE") != "delete")
            {
                throw InUse(path, null);
            }
        }
        catch (SqliteException exception)
        {
            if (!IsDamage(exception))
            {
                throw InUse(path, exception);
            }
        }
    }

    private static StoreException InUse(string path, Exception? cause) => new($"the store {path} is in use by another process: stop it first", cause);

    private static bool IsDamage(SqliteException exception) =>
        exception.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB;

    private static bool HasHeader(string path) => ReadHeader(path, stackalloc byte[HeaderSize]);

    // What Create makes is in no journal mode that needs a second file; a store in use is, and cp copies the first alone.
    private static bool IsInWalMode(string path)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        return ReadHeader(path, header) && header[ReadVersionOffset] == ReadVersionOfWal;
    }

    private static bool ReadHeader(string path, Span<byte> header)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header.StartsWith("SQLite format 3\0"u8);
    }

    private static void Keep(string path, string previous)
    {
        using var copy = PrivateCopy.Of(path, previous);
        copy.Keep(overwrite: false);
    }

    // A store that was closed in order has none; one that is damaged may, and one whose file was removed.
    private static void MoveJournals(string path, string previous)
    {
        foreach (var suffix in s_journals)
        {
            if (File.Exists(path + suffix))
            {
                File.Move(path + suffix, previous + suffix);
            }
        }
        // An index of the other, which SQLite makes anew.
        File.Delete(path + "-shm");
    }

    private static T Files<T>(string what, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException exception)
        {
            throw new StoreException($"{what}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"{what}: {exception.Message}", exception);
        }
    }
}
