using FastProxy.Hosting;
using FastProxy.Storage;
using FastProxy.Testing;
using FastProxy.Tests.Gateway;
using FastProxy.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Hosting;

public sealed class StoreWatchTests
{
    [Fact]
    public async Task A_store_whose_file_goes_and_comes_is_told_once_each()
    {
        using var directory = new TemporaryDirectory();
        using var log = new LineLog();
        var time = new ManualTime();
        await using var store = SqliteAccessStore.Open(directory.Root, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
        await using var watch = new StoreWatch(store, time, log);
        var file = Path.Combine(directory.Root, SqliteAccessStore.FileName);
        File.Move(file, file + ".away");
        time.Advance(StoreWatch.Interval);
        Assert.Matches("^Error The store cannot be used: the store .* does not exist any more\\. ", await log.ReadAsync("StoreInTrouble"));
        time.Advance(StoreWatch.Interval);
        File.Move(file + ".away", file);

        // The look before may be under way still, and a tick that nobody waits for is one and no more.
        await Eventually.IsTrueAsync(() =>
        {
            time.Advance(StoreWatch.Interval);
            return log.Count("StoreIsWell") > 0;
        });
        Assert.Equal(0, log.Count("StoreInTrouble"));
    }

    [Fact]
    public async Task A_look_that_fails_is_told_and_not_the_last()
    {
        using var directory = new TemporaryDirectory();
        using var log = new FailingLogger("StoreInTrouble");
        var time = new ManualTime();
        await using var store = SqliteAccessStore.Open(directory.Root, TimeProvider.System, NullLogger<SqliteAccessStore>.Instance);
        await using var watch = new StoreWatch(store, time, log);
        File.Delete(Path.Combine(directory.Root, SqliteAccessStore.FileName));
        await Eventually.IsTrueAsync(() =>
        {
            time.Advance(StoreWatch.Interval);
            return log.Events.Count(name => name == "StoreWatchFailed") >= 2;
        });
        Assert.Equal("StoreInTrouble", log.Events.First());
    }
}
