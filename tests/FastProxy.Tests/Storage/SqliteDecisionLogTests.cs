using System.Net;
using FastProxy.Access.Decisions;
using FastProxy.Storage;
using FastProxy.Storage.Sqlite;
using FastProxy.Tests.Access;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastProxy.Tests.Storage;

public sealed class SqliteDecisionLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_was_written_is_there_after_closing_newest_first()
    {
        var full = Record("r1", allowed: true) with
        {
            ApplicationId = Guid.NewGuid(),
            ApplicationName = "git",
            Domain = "git.example.com",
            TokenId = Guid.NewGuid(),
            ClientId = "0123.access",
            TokenName = "ci",
            Address = IPAddress.Parse("2001:db8::1"),
            PolicyId = Guid.NewGuid(),
            Destination = "db:22",
            UserAgent = "x",
            BytesUp = 1,
            BytesDown = long.MaxValue,
            Duration = TimeSpan.FromMilliseconds(1234),
        };
        await using (var log = Open())
        {
            log.Write(full);
            for (var i = 2; i <= 2000; i++)
            {
                log.Write(Record($"r{i}", allowed: i % 2 == 0));
            }
        }

        await using var reopened = Open();
        var all = await reopened.ReadAsync(5000, deniedOnly: false, default);
        Assert.Equal(Enumerable.Range(1, 2000).Reverse().Select(i => $"r{i}"), all.Select(record => record.RequestId));
        Assert.Equal(full, all[^1]);

        var denied = await reopened.ReadAsync(2, deniedOnly: true, default);
        Assert.Equal(["r1999", "r1997"], denied.Select(record => record.RequestId));
    }

    [Fact]
    public async Task What_does_not_fit_is_dropped_and_counted_and_never_waits()
    {
        long dropped;
        await using (var log = SqliteDecisionLog.Open(_directory.Data, NullLogger<SqliteDecisionLog>.Instance, capacity: 4))
        {
            // Another process holds the file, so the writer is stuck with at most one batch while we go on.
            using var other = SqliteDatabase.Open(LogPath, "NORMAL", DecisionSchema.Migrations);
            using (var transaction = other.BeginImmediate())
            {
                for (var i = 0; i < 2000; i++)
                {
                    log.Write(Record($"r{i}", allowed: true));
                }

                dropped = log.Dropped;
                Assert.InRange(dropped, 1, 2000);
            }
        }

        await using var reopened = Open();
        var kept = await reopened.ReadAsync(5000, deniedOnly: false, default);
        Assert.Equal(2000 - dropped, kept.Count);
    }

    [Fact]
    public async Task The_newest_rows_are_kept_and_no_more_than_so_many()
    {
        await using (var log = Open(maximumRows: 600))
        {
            for (var i = 1; i <= 3000; i++)
            {
                log.Write(Record($"r{i}", allowed: true));
            }
        }

        await using var reopened = Open();
        var kept = await reopened.ReadAsync(5000, deniedOnly: false, default);
        Assert.Equal(Enumerable.Range(2401, 600).Reverse().Select(i => $"r{i}"), kept.Select(record => record.RequestId));
    }

    [Fact]
    public async Task A_file_with_too_many_rows_shrinks_by_a_bounded_number_a_write()
    {
        await using (var log = Open())
        {
            for (var i = 1; i <= 3000; i++)
            {
                log.Write(Record($"r{i}", allowed: true));
            }
        }

        foreach (var expected in new[] { 3001 - 1024, 3002 - (2 * 1024), 600, 600 })
        {
            await using (var log = Open(maximumRows: 600))
            {
                log.Write(Record("late", allowed: true));
            }

            await using var reopened = Open();
            Assert.Equal(expected, (await reopened.ReadAsync(5000, deniedOnly: false, default)).Count);
        }
    }

    [Fact]
    public async Task A_text_that_a_stranger_chose_is_cut()
    {
        await using (var log = Open())
        {
            log.Write(Record("r", allowed: false) with { UserAgent = new string('x', 100_000) });
        }

        await using var reopened = Open();
        Assert.Equal(512, (await reopened.ReadAsync(1, deniedOnly: false, default))[0].UserAgent!.Length);
    }

    [Fact]
    public async Task Writing_to_a_closed_log_is_counted_and_does_not_throw()
    {
        var log = Open();
        await log.DisposeAsync();
        log.Write(Record("late", allowed: true));
        Assert.Equal(1, log.Dropped);
    }

    private string LogPath => Path.Combine(_directory.Data, SqliteDecisionLog.FileName);

    private SqliteDecisionLog Open() => SqliteDecisionLog.Open(_directory.Data, NullLogger<SqliteDecisionLog>.Instance);

    private SqliteDecisionLog Open(int maximumRows) =>
        SqliteDecisionLog.Open(_directory.Data, NullLogger<SqliteDecisionLog>.Instance, capacity: 5000, maximumRows);

    private static DecisionRecord Record(string requestId, bool allowed) => new()
    {
        Time = Sample.Now,
        RequestId = requestId,
        Allowed = allowed,
        Reason = allowed ? "ok" : "policy_denied",
    };
}
