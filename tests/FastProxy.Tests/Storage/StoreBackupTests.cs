using System.Runtime.Versioning;
using FastProxy.Storage;
using FastProxy.Storage.Backups;
using FastProxy.Storage.Sqlite;
using FastProxy.Tests.Access;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Storage;

[SupportedOSPlatform("linux")]
public sealed class StoreBackupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Backup => Path.Combine(_directory.Root, "backup.db");

    private string Other => Path.Combine(_directory.Root, "other");

    private string StoreFile => Path.Combine(_directory.Data, SqliteAccessStore.FileName);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_backup_made_while_the_store_changes_has_all_that_was_reported_before()
    {
        await using var store = Open(_directory.Data);
        for (var i = 0; i < 20; i++)
        {
            await AddAsync(store, $"before-{i}");
        }
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await AddAsync(store, $"during-{i}");
            }
        });

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(new FileInfo(Backup).Exists, i > 0);
            var bytes = StoreBackup.Create(_directory.Data, Backup, overwrite: true);
            Assert.Equal(new FileInfo(Backup).Length, bytes);
        }
        await stop.CancelAsync();
        await writing;

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));
        Assert.Equal(["backup.db", "data"], Directory.EnumerateFileSystemEntries(_directory.Root).Select(path => Path.GetFileName(path)).Order());
        Directory.CreateDirectory(Other);
        var restored = StoreBackup.Restore(Other, Backup, Sample.Now);
        await using var copy = Open(Other);
        Assert.Equal(restored.Tokens, copy.Current.Tokens.Length);
        Assert.Null(restored.Previous);
        Assert.Equal(20, copy.Current.Tokens.Count(token => token.Name.StartsWith("before-", StringComparison.Ordinal)));
        Assert.All(copy.Current.Tokens, token => Assert.Equal(token, store.Current.TryGetToken(token.Id, out var original) ? original : null));
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_when_that_was_said()
    {
        await using var store = Open(_directory.Data);
        await File.WriteAllTextAsync(Backup, "dear to somebody");

        var refused = Assert.Throws<StoreException>(() => StoreBackup.Create(_directory.Data, Backup, overwrite: false));
        Assert.Contains("--overwrite", refused.Message, StringComparison.Ordinal);
        Assert.Equal("dear to somebody", await File.ReadAllTextAsync(Backup));

        StoreBackup.Create(_directory.Data, Backup, overwrite: true);
        Assert.StartsWith("SQLite format 3", await File.ReadAllTextAsync(Backup), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_in_a_backups_way_is_named()
    {
        await using var store = Open(_directory.Data);

        Assert.Equal(
            $"{_directory.Root} is a directory: name a file in it",
            Assert.Throws<StoreException>(() => StoreBackup.Create(_directory.Data, _directory.Root, overwrite: true)).Message);
        Assert.Equal(
            $"the backup {Path.Combine(Other, "b")} cannot be written: there is no directory {Other}",
            Assert.Throws<StoreException>(() => StoreBackup.Create(_directory.Data, Path.Combine(Other, "b"), overwrite: false)).Message);
    }

    [Fact]
    public async Task Neither_a_directory_without_a_store_nor_the_store_itself_makes_a_backup()
    {
        Assert.Contains("there is no store", Assert.Throws<StoreException>(() => StoreBackup.Create(Other, Backup, false)).Message, StringComparison.Ordinal);
        await using var store = Open(_directory.Data);
        Assert.Contains("is the store itself", Assert.Throws<StoreException>(() => StoreBackup.Create(_directory.Data, StoreFile, true)).Message, StringComparison.Ordinal);
        var nowhere = Path.Combine(_directory.Root, "nowhere", "backup.db");
        Assert.Contains(nowhere, Assert.Throws<StoreException>(() => StoreBackup.Create(_directory.Data, nowhere, false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_keeps_the_store_there_was()
    {
        await FillAsync("old");
        StoreBackup.Create(_directory.Data, Backup, false);
        await FillAsync("new");

        var restored = StoreBackup.Restore(_directory.Data, Backup, Sample.Now);

        Assert.Equal((1, $"{StoreFile}.20260301T120000Z"), (restored.Tokens, restored.Previous));
        Assert.Equal(["old"], await NamesAsync(_directory.Data));
        Directory.CreateDirectory(Other);
        File.Copy(restored.Previous!, Path.Combine(Other, SqliteAccessStore.FileName));
        Assert.Equal(["new", "old"], await NamesAsync(Other));
    }

    [Fact]
    public async Task A_store_that_is_open_is_not_restored()
    {
        await using var store = Open(_directory.Data);
        await AddAsync(store, "a");
        StoreBackup.Create(_directory.Data, Backup, false);
        await AddAsync(store, "b");

        var refused = Assert.Throws<StoreException>(() => StoreBackup.Restore(_directory.Data, Backup, Sample.Now));

        Assert.Equal($"the store {StoreFile} is in use by another process: stop it first", refused.Message);
        await AddAsync(store, "c");
        Assert.Equal(3, store.Current.Tokens.Length);
        Assert.Equal([SqliteAccessStore.FileName, $"{SqliteAccessStore.FileName}-shm", $"{SqliteAccessStore.FileName}-wal"], Files());
    }

    [Fact]
    public async Task A_store_that_is_damaged_is_restored_and_its_remains_are_kept()
    {
        await FillAsync("a");
        StoreBackup.Create(_directory.Data, Backup, false);
        await File.WriteAllBytesAsync(StoreFile, [.. "not a database"u8, .. new byte[4096]]);
        await File.WriteAllTextAsync(StoreFile + "-wal", "left over");
        await File.WriteAllTextAsync(StoreFile + "-journal", "left over too");

        var restored = StoreBackup.Restore(_directory.Data, Backup, Sample.Now);

        Assert.Equal(["a"], await NamesAsync(_directory.Data));
        Assert.StartsWith("not a database", await File.ReadAllTextAsync(restored.Previous!), StringComparison.Ordinal);
        Assert.Equal("left over", await File.ReadAllTextAsync(restored.Previous! + "-wal"));
        Assert.Equal("left over too", await File.ReadAllTextAsync(restored.Previous! + "-journal"));
    }

    [Fact]
    public async Task A_journal_without_its_store_is_not_played_back_over_what_is_restored()
    {
        await FillAsync("old");
        StoreBackup.Create(_directory.Data, Backup, false);
        byte[] journal;
        await using (var store = Open(_directory.Data))
        {
            await AddAsync(store, "after the backup");
            journal = await File.ReadAllBytesAsync(StoreFile + "-wal");
        }
        Assert.NotEmpty(journal);
        File.Delete(StoreFile);
        await File.WriteAllBytesAsync(StoreFile + "-wal", journal);

        var restored = StoreBackup.Restore(_directory.Data, Backup, Sample.Now);

        Assert.Equal((1, null), (restored.Tokens, restored.Previous));
        Assert.Equal(["old"], await NamesAsync(_directory.Data));
        Assert.Equal(journal, await File.ReadAllBytesAsync($"{StoreFile}.20260301T120000Z-wal"));
    }

    [Fact]
    public async Task A_copy_of_a_store_in_use_is_no_backup_whether_its_journal_came_along_or_not()
    {
        await using (var store = Open(_directory.Data))
        {
            await AddAsync(store, "a");
            File.Copy(StoreFile, Backup);
            File.Copy(StoreFile + "-wal", Backup + "-wal");
        }
        var files = Files();

        var refused = Assert.Throws<StoreException>(() => StoreBackup.Restore(_directory.Data, Backup, Sample.Now));

        Assert.Contains("a database in use, or a copy of one", refused.Message, StringComparison.Ordinal);
        Assert.Equal(files, Files());
    }

    [Fact]
    public async Task A_store_whose_rows_do_not_fit_together_is_said_to_be_damaged()
    {
        await FillAsync("a");
        StoreBackup.Create(_directory.Data, Backup, false);
        foreach (var file in new[] { StoreFile, Backup })
        {
            using var database = SqliteDatabase.OpenExisting(file);
            database.Execute("PRAGMA foreign_keys = OFF");
            database.Execute("INSERT INTO application_policies VALUES ('0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0', '1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0', 1)");
        }

        foreach (var refused in new[]
        {
            Assert.Throws<StoreException>(() => StoreBackup.Create(_directory.Data, Backup + "2", false)),
            Assert.Throws<StoreException>(() => StoreBackup.Restore(_directory.Data, Backup, Sample.Now)),
        })
        {
            Assert.Contains("application_policies", refused.Message, StringComparison.Ordinal);
        }

        Assert.Contains("1f1e2d3c", Assert.Throws<StoreException>(() => Open(_directory.Data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backup_without_a_name_is_refused()
    {
        Assert.Contains("empty", Assert.Throws<StoreException>(() => StoreBackup.Create(_directory.Data, "", false)).Message, StringComparison.Ordinal);
        Assert.Contains("empty", Assert.Throws<StoreException>(() => StoreBackup.Restore(_directory.Data, "", Sample.Now)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_backup_restores_nothing()
    {
        await FillAsync("a");
        StoreBackup.Create(_directory.Data, Backup, false);
        await using (var decisions = SqliteDecisionLog.Open(_directory.Data, NullLogger<SqliteDecisionLog>.Instance))
        {
        }
        var files = Files();
        var whole = await File.ReadAllBytesAsync(Backup);
        (byte[] Content, string Why)[] cases =
        [
            ([], "is no backup of a store"),
            ([.. "some text, and long enough to be a header of some database or other, which is a hundred bytes in length...."u8], "no SQLite database"),
            (whole[..(whole.Length / 2)], "damaged"),
            (await File.ReadAllBytesAsync(Path.Combine(_directory.Data, SqliteDecisionLog.FileName)), "a database in use"),
        ];
        foreach (var (content, why) in cases)
        {
            await File.WriteAllBytesAsync(Backup, content);

            var refused = Assert.Throws<StoreException>(() => StoreBackup.Restore(_directory.Data, Backup, Sample.Now));

            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
            Assert.Contains(Backup, refused.Message, StringComparison.Ordinal);
            Assert.Equal(files, Files());
        }
        Assert.Equal(["a"], await NamesAsync(_directory.Data));
    }

    private static SqliteAccessStore Open(string directory) =>
        SqliteAccessStore.Open(directory, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);

    private static async Task AddAsync(SqliteAccessStore store, string name)
    {
        var result = await store.CreateTokenAsync(Sample.Token(name), CancellationToken.None);
        Assert.True(result.IsOk, result.Message);
    }

    private static async Task<IEnumerable<string>> NamesAsync(string directory)
    {
        await using var store = Open(directory);
        return [.. store.Current.Tokens.Select(token => token.Name).Order(StringComparer.Ordinal)];
    }

    private async Task FillAsync(string name)
    {
        await using var store = Open(_directory.Data);
        await AddAsync(store, name);
    }

    private string[] Files() => [.. Directory.EnumerateFiles(_directory.Data).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
