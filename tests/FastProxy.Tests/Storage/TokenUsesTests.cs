using FastProxy.Storage;
using FastProxy.Storage.Sqlite;
using FastProxy.Testing;
using FastProxy.Tests.Access;
using FastProxy.Tests.Gateway;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Storage;

public sealed class TokenUsesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_use_is_seen_at_once_and_written_down_once_a_minute()
    {
        var time = new ManualTime();
        var token = Sample.Token("busy");
        await using var store = SqliteAccessStore.Open(_directory.Data, time, NullLogger<SqliteAccessStore>.Instance);
        Assert.True((await store.CreateTokenAsync(token, default)).IsOk);
        using var reader = SqliteDatabase.Open(Path.Combine(_directory.Data, SqliteAccessStore.FileName), "FULL", AccessSchema.Migrations);

        for (var i = 0; i < 1000; i++)
        {
            store.MarkTokenSeen(token.Id, Sample.Now.AddMilliseconds(i));
        }

        Assert.Equal(Sample.Now.AddMilliseconds(999), store.LastSeen(token.Id));
        time.Advance(SqliteAccessStore.UsesInterval - TimeSpan.FromTicks(1));
        Assert.Empty(AccessReader.ReadUses(reader));

        time.Advance(TimeSpan.FromTicks(1));
        await Eventually.IsTrueAsync(() => AccessReader.ReadUses(reader).Count == 1);
        Assert.Equal((token.Id, Sample.Now.AddMilliseconds(999)), Assert.Single(AccessReader.ReadUses(reader)));
    }

    [Fact]
    public async Task More_uses_than_one_transaction_takes_are_all_written_at_a_clean_stop()
    {
        var tokens = Enumerable.Range(0, 1100).Select(i => Sample.Token($"t{i}")).ToList();
        await using (var store = Open())
        {
            Assert.True((await store.ChangeAsync(
                snapshot => FastProxy.Access.Changes.AccessChange<object>.To(snapshot.Next(snapshot.ToContent() with { Tokens = tokens }), new object()), default)).IsOk);
            foreach (var token in tokens)
            {
                store.MarkTokenSeen(token.Id, Sample.Now);
            }
        }

        await using var reopened = Open();
        Assert.All(tokens, token => Assert.Equal(Sample.Now, reopened.LastSeen(token.Id)));
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_token_that_is_gone()
    {
        var token = Sample.Token("gone");
        await using var store = Open();
        Assert.True((await store.CreateTokenAsync(token, default)).IsOk);
        store.MarkTokenSeen(token.Id, Sample.Now);
        Assert.True((await store.DeleteTokenAsync(token.Id, default)).IsOk);
        Assert.Null(store.LastSeen(token.Id));

        store.MarkTokenSeen(token.Id, Sample.Now);
        Assert.Null(store.LastSeen(token.Id));
    }

    [Fact]
    public void A_clock_that_goes_back_takes_no_use_back_and_writes_nothing()
    {
        var uses = new TokenUses();
        var id = Guid.NewGuid();
        uses.Load(id, Sample.Now);
        uses.Mark(id, Sample.Now.AddDays(-1), isPlausible: true);
        Assert.Equal(Sample.Now, uses.LastSeen(id));
        Assert.Empty(uses.TakeUnwritten(10));

        uses.Mark(id, Sample.Now.AddSeconds(1), isPlausible: true);
        var unwritten = uses.TakeUnwritten(10);
        Assert.Equal((id, Sample.Now.AddSeconds(1)), Assert.Single(unwritten));

        // Still unwritten: whoever took them may fail.
        Assert.Single(uses.TakeUnwritten(10));
        uses.Mark(id, Sample.Now.AddSeconds(2), isPlausible: true);
        uses.Written(unwritten);
        Assert.Equal((id, Sample.Now.AddSeconds(2)), Assert.Single(uses.TakeUnwritten(10)));
    }

    [Fact]
    public async Task A_use_that_a_wrong_clock_noted_does_not_stand_for_as_long_as_it_was_ahead()
    {
        var token = Sample.Token("ahead");
        var wrong = Sample.Now.AddYears(10);
        await using (var store = Open())
        {
            Assert.True((await store.CreateTokenAsync(token, default)).IsOk);
            store.MarkTokenSeen(token.Id, wrong);
        }

        await using (var store = Open())
        {
            Assert.Equal(wrong, store.LastSeen(token.Id));

            // A clock that stands before the token was made is the one that is wrong.
            store.MarkTokenSeen(token.Id, Sample.Now.AddYears(-50));
            Assert.Equal(wrong, store.LastSeen(token.Id));

            store.MarkTokenSeen(token.Id, Sample.Now.AddDays(1));
            Assert.Equal(Sample.Now.AddDays(1), store.LastSeen(token.Id));
        }

        await using var reopened = Open();
        Assert.Equal(Sample.Now.AddDays(1), reopened.LastSeen(token.Id));
    }

    private SqliteAccessStore Open() => SqliteAccessStore.Open(_directory.Data, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
}
