using System.Runtime.Versioning;
using FastProxy.Access.Policies;
using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;
using FastProxy.Storage;
using FastProxy.Storage.Sqlite;
using FastProxy.Tests.Access;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Storage;

[SupportedOSPlatform("linux")]
public sealed class SqliteAccessStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Everything_created_is_there_after_reopening()
    {
        var token = Sample.Issued("ci", TimeSpan.FromHours(8760)).Token with
        {
            PreviousSecret = ClientSecret.Create().ToHash(),
            PreviousSecretExpiresAt = Sample.Now.AddHours(1),
            SecretVersion = 2,
        };
        var group = Sample.Group("office", [Sample.Ip("10.0.0.0/8"), Sample.Ip("2001:db8::/32")], exclude: [Sample.Ip("10.1.2.3")]);
        var application = Sample.Application("git", "git.example.com/x*y") with
        {
            Type = "ssh",
            SessionDuration = TimeSpan.FromHours(2),
            ReadServiceTokensFromHeader = "Authorization",
            Origin = Sample.Origin("bastion"),
            AllowedDestinations = [Sample.Destination("*.example.com:22"), Sample.Destination("10.0.0.0/8:*")],
        };
        var policy = Sample.Policy(
            "ci",
            PolicyAction.ServiceAuth,
            [new ServiceTokenRule(token.Id), new AnyValidServiceTokenRule()],
            [new GroupRule(group.Id)],
            [new EveryoneRule()]) with
        { SessionDuration = TimeSpan.FromMinutes(5) };

        AccessSnapshot before;
        await using (var store = Open())
        {
            Ok(await store.CreateTokenAsync(token, default));
            Ok(await store.CreateGroupAsync(group, default));
            Ok(await store.CreateApplicationAsync(application, default));
            Assert.Equal(1, Ok(await store.AddPolicyAsync(application.Id, policy, default)).Precedence);
            store.MarkTokenSeen(token.Id, Sample.Now);
            before = store.Current;
        }

        await using var reopened = Open();
        Assert.Equal(4, reopened.Current.Version);
        Assert.Equal(Describe(before), Describe(reopened.Current));
        Assert.Equal(token, Assert.Single(reopened.Current.Tokens));
        Assert.Equal(Sample.Now, reopened.LastSeen(token.Id));
    }

    [Fact]
    public async Task Updates_and_deletions_are_there_after_reopening()
    {
        var kept = Sample.Token("kept");
        var gone = Sample.Token("gone");
        var application = Sample.Application(
            "a",
            "a.example.com",
            Sample.Policy("one", PolicyAction.ServiceAuth, [new AnyValidServiceTokenRule()], precedence: 1),
            Sample.Policy("two", PolicyAction.Block, [new EveryoneRule()], precedence: 2));
        var other = Sample.Application("b", "b.example.com");
        var group = Sample.Group("g", [new EveryoneRule()]);
        await using (var store = Open())
        {
            Ok(await store.CreateTokenAsync(kept, default));
            Ok(await store.CreateTokenAsync(gone, default));
            Ok(await store.CreateApplicationAsync(application, default));
            Ok(await store.CreateApplicationAsync(other, default));
            Ok(await store.CreateGroupAsync(group, default));

            Ok(await store.UpdateTokenAsync(kept.Id, token => token with { Enabled = false, Name = "renamed" }, default));
            Ok(await store.DeleteTokenAsync(gone.Id, default));
            Ok(await store.DeleteApplicationAsync(other.Id, default));
            Ok(await store.UpdateGroupAsync(group.Id, old => old with { Include = [Sample.Ip("192.0.2.1")] }, default));

            // Exchanges the precedences, which a row at a time could not.
            Ok(await store.UpdateApplicationAsync(
                application.Id,
                old => old with { Policies = [.. old.Policies.Select(policy => policy with { Precedence = 3 - policy.Precedence })] },
                default));
            Ok(await store.UpdatePolicyAsync(application.Id, application.Policies[0].Id, old => old with { Name = "uno" }, default));
        }

        await using var reopened = Open();
        var token = Assert.Single(reopened.Current.Tokens);
        Assert.Equal(("renamed", false, Sample.Now), (token.Name, token.Enabled, token.CreatedAt));
        Assert.NotEqual(Sample.Now, token.UpdatedAt);
        Assert.Equal(["two", "uno"], Assert.Single(reopened.Current.Applications).Policies.Select(policy => policy.Name));
        Assert.Equal(Sample.Ip("192.0.2.1"), Assert.Single(Assert.Single(reopened.Current.Groups).Include));

        Ok(await reopened.RemovePolicyAsync(application.Id, application.Policies[1].Id, default));
        Ok(await reopened.DeleteGroupAsync(group.Id, default));
        Assert.Equal(["uno"], Assert.Single(reopened.Current.Applications).Policies.Select(policy => policy.Name));
        Assert.Empty(reopened.Current.Groups);
    }

    [Fact]
    public async Task A_hundred_creations_at_once_are_all_there_after_reopening()
    {
        var tokens = Enumerable.Range(0, 100).Select(i => Sample.Token($"t{i}")).ToList();
        await using (var store = Open())
        {
            var results = await Task.WhenAll(tokens.Select(token => Task.Run(() => store.CreateTokenAsync(token, default))));
            Assert.All(results, result => Assert.True(result.IsOk, result.Message));
        }

        await using var reopened = Open();
        Assert.Equal(100, reopened.Current.Version);
        Assert.Equal(
            tokens.Select(token => token.ClientId).Order(StringComparer.Ordinal),
            reopened.Current.Tokens.Select(token => token.ClientId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Two_stores_on_one_file_see_each_others_changes_at_the_next_change()
    {
        await using var first = Open();
        await using var second = Open();
        Ok(await first.CreateTokenAsync(Sample.Token("first"), default));
        Assert.Empty(second.Current.Tokens);

        Assert.Equal(MutationStatus.Conflict, (await second.CreateTokenAsync(Sample.Token("first"), default)).Status);
        Assert.Equal(["first"], second.Current.Tokens.Select(token => token.Name));

        Ok(await second.CreateTokenAsync(Sample.Token("second"), default));
        var seen = await first.RefreshAsync(default);
        Assert.Equal(2, seen.Version);
        Assert.Equal(2, first.Current.Tokens.Length);

        Ok(await first.CreateTokenAsync(Sample.Token("third"), default));
        Assert.Equal(3, first.Current.Version);
    }

    [Fact]
    public async Task Two_stores_that_write_at_once_lose_nothing()
    {
        await using var first = Open();
        await using var second = Open();
        var results = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 2 == 0 ? first : second).CreateTokenAsync(Sample.Token($"t{i}"), default))));

        Assert.All(results, result => Assert.True(result.IsOk, result.Message));
        Assert.Equal(40, (await first.RefreshAsync(default)).Tokens.Length);
        Assert.Equal(40, first.Current.Version);
    }

    [Fact]
    public async Task A_change_is_announced_after_it_is_current_and_a_refusal_is_not()
    {
        await using var store = Open();
        var versions = new List<(long, long)>();
        store.Changed += snapshot => versions.Add((snapshot.Version, store.Current.Version));
        var token = Sample.Token("a");
        Ok(await store.CreateTokenAsync(token, default));
        Assert.Equal(MutationStatus.Conflict, (await store.CreateTokenAsync(Sample.Token("a"), default)).Status);
        Ok(await store.DeleteTokenAsync(token.Id, default));
        Assert.Equal([(1L, 1L), (2L, 2L)], versions);
    }

    [Fact]
    public async Task A_handler_that_throws_does_not_undo_a_change()
    {
        await using var store = Open();
        store.Changed += _ => throw new InvalidOperationException("a bug");
        Ok(await store.CreateTokenAsync(Sample.Token("a"), default));
        Assert.Single(store.Current.Tokens);
    }

    [Fact]
    public async Task The_files_belong_to_the_owner_alone()
    {
        await using var store = Open();
        Ok(await store.CreateTokenAsync(Sample.Token("a"), default));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory.Data));
        var files = Directory.GetFiles(_directory.Data);
        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task No_secret_reaches_the_disk()
    {
        var issued = Sample.Issued("ci");
        await using (var store = Open())
        {
            Ok(await store.CreateTokenAsync(issued.Token, default));
        }

        var bytes = await File.ReadAllBytesAsync(Path.Combine(_directory.Data, SqliteAccessStore.FileName));
        var text = System.Text.Encoding.Latin1.GetString(bytes);
        Assert.Contains(issued.Token.ClientId, text, StringComparison.Ordinal);
        Assert.DoesNotContain(issued.Secret.Reveal(), text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_empty_file_is_brought_from_schema_version_zero_to_the_newest()
    {
        Directory.CreateDirectory(_directory.Data);
        await File.WriteAllBytesAsync(StorePath, []);
        await using (var store = Open())
        {
            Ok(await store.CreateTokenAsync(Sample.Token("a"), default));
        }

        using var database = SqliteDatabase.Open(StorePath, "FULL", AccessSchema.Migrations);
        Assert.Equal(AccessSchema.Migrations.Length, database.ReadNumber("PRAGMA user_version"));
        Assert.Equal(1, database.ReadNumber("SELECT count(*) FROM service_tokens"));
    }

    [Fact]
    public void Migrations_run_in_order_once_each()
    {
        Directory.CreateDirectory(_directory.Data);
        SqliteDatabase.Open(StorePath, "FULL", ["CREATE TABLE a (x)"]).Dispose();
        SqliteDatabase.Open(StorePath, "FULL", ["CREATE TABLE a (x)", "ALTER TABLE a ADD y; INSERT INTO a VALUES (1, 2)"]).Dispose();
        using var database = SqliteDatabase.Open(StorePath, "FULL", ["CREATE TABLE a (x)", "ALTER TABLE a ADD y; INSERT INTO a VALUES (1, 2)"]);
        Assert.Equal(2, database.ReadNumber("PRAGMA user_version"));
        Assert.Equal(1, database.ReadNumber("SELECT count(y) FROM a"));
    }

    [Fact]
    public void A_migration_that_fails_leaves_the_file_as_it_was()
    {
        Directory.CreateDirectory(_directory.Data);
        SqliteDatabase.Open(StorePath, "FULL", ["CREATE TABLE a (x)"]).Dispose();
        var exception = Assert.Throws<StoreException>(
            () => SqliteDatabase.Open(StorePath, "FULL", ["CREATE TABLE a (x)", "CREATE TABLE b (x)", "nonsense"]));
        Assert.Contains(StorePath, exception.Message, StringComparison.Ordinal);
        using var database = SqliteDatabase.Open(StorePath, "FULL", ["CREATE TABLE a (x)"]);
        Assert.Equal(1, database.ReadNumber("PRAGMA user_version"));
        Assert.Equal(0, database.ReadNumber("SELECT count(*) FROM sqlite_schema WHERE name = 'b'"));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_with_the_way_out()
    {
        await Open().DisposeAsync();
        using (var database = SqliteDatabase.Open(StorePath, "FULL", AccessSchema.Migrations))
        {
            database.Execute("PRAGMA user_version = 99");
        }

        var exception = Assert.Throws<StoreException>(Open);
        Assert.Contains(StorePath, exception.Message, StringComparison.Ordinal);
        Assert.Contains("schema version 99", exception.Message, StringComparison.Ordinal);
        Assert.Contains("newer program", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_by_name()
    {
        Directory.CreateDirectory(_directory.Data);
        await File.WriteAllTextAsync(StorePath, new string('x', 8192));
        var exception = Assert.Throws<StoreException>(Open);
        Assert.Equal($"the store {StorePath} is not a SQLite database: move the file away or restore a backup", exception.Message);
    }

    [Fact]
    public async Task A_rule_this_program_does_not_know_is_refused_not_ignored()
    {
        await using (var store = Open())
        {
            Ok(await store.CreateGroupAsync(Sample.Group("g", [new EveryoneRule()]), default));
        }

        using (var database = SqliteDatabase.Open(StorePath, "FULL", AccessSchema.Migrations))
        {
            database.Execute("""UPDATE groups SET exclude = '[{"moon_phase":{}}]'""");
        }

        var exception = Assert.Throws<StoreException>(Open);
        Assert.Contains("moon_phase", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_refuses_the_change_and_keeps_what_was_in_force()
    {
        var database = SqliteDatabase.Open(StorePath, "FULL", AccessSchema.Migrations);
        await using var store = SqliteAccessStore.Open(database, TimeProvider.System, NullLogger.Instance);
        Ok(await store.CreateTokenAsync(Sample.Token("before"), default));

        // SQLite's own limit ends in the same error code as a disk without room.
        database.Execute("PRAGMA max_page_count = 40");
        var count = 0;
        MutationResult<Group> result;
        do
        {
            result = await store.CreateGroupAsync(
                Sample.Group($"g{count++}", [.. Enumerable.Range(0, 500).Select(i => Sample.Ip($"10.0.{i / 250}.{i % 250}"))]),
                default);
        }
        while (result.IsOk && count < 100);

        Assert.Equal(MutationStatus.Unavailable, result.Status);
        Assert.Equal($"the store {StorePath} cannot be written: the disk is full", result.Message);
        Assert.Equal(count, store.Current.Version);

        database.Execute("PRAGMA max_page_count = 100000");
        Ok(await store.CreateTokenAsync(Sample.Token("after"), default));
        Assert.Equal(["after", "before"], store.Current.Tokens.Select(token => token.Name).Order(StringComparer.Ordinal));
        Assert.Equal(count - 1, store.Current.Groups.Length);
    }

    [Fact]
    public async Task A_store_that_was_closed_says_so()
    {
        var store = Open();
        await store.DisposeAsync();
        await store.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.CreateTokenAsync(Sample.Token("a"), default));
    }

    private string StorePath => Path.Combine(_directory.Data, SqliteAccessStore.FileName);

    private SqliteAccessStore Open() =>
        SqliteAccessStore.Open(_directory.Data, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);

    private static T Ok<T>(MutationResult<T> result)
        where T : class
    {
        Assert.True(result.IsOk, result.Message);
        return result.Value;
    }

    // Records with arrays compare by reference; the text of every part compares by content.
    private static string Describe(AccessSnapshot snapshot) => string.Join('\n', snapshot.Applications.Select(application =>
        $"{application with { Domains = [], Policies = [], AllowedDestinations = [] }}"
        + $"{string.Join(',', application.Domains)} {string.Join(',', application.AllowedDestinations)} {application.Origin}"
        + string.Join(';', application.Policies.Select(policy =>
            $"{policy with { Include = [], Require = [], Exclude = [] }} {Describe(policy.Include, policy.Require, policy.Exclude)}")))
        .Concat(snapshot.Groups.Select(group =>
            $"{group with { Include = [], Require = [], Exclude = [] }} {Describe(group.Include, group.Require, group.Exclude)}")));

    private static string Describe(params IEnumerable<IEnumerable<Rule>> lists) =>
        string.Join('|', lists.Select(rules => string.Join(',', rules)));
}
