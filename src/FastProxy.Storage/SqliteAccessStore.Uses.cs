using FastProxy.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace FastProxy.Storage;

/// <content>When tokens were last used: noted in memory by whoever authenticates, written down behind their backs.</content>
public sealed partial class SqliteAccessStore
{
    /// <summary>
    /// How long a use may be lost to a power cut, and how seldom a token in constant use is written: once in that time, together with all others.
    /// </summary>
    internal static readonly TimeSpan UsesInterval = TimeSpan.FromMinutes(1);

    // Uses of one transaction. A hundred thousand tokens used within the minute must not hold up a revocation until all are written.
    private const int UsesBatch = 500;

    private readonly TokenUses _uses = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _usesLoop;

    /// <inheritdoc/>
    public void MarkTokenSeen(Guid tokenId, DateTimeOffset time)
    {
        // Nothing is kept of a token that was deleted since it was looked up.
        if (_current.TryGetToken(tokenId, out var token))
        {
            // A clock that stands before the token was changed is behind.
            _uses.Mark(tokenId, time, time >= token.UpdatedAt);
        }
    }

    /// <inheritdoc/>
    public DateTimeOffset? LastSeen(Guid tokenId) => _uses.LastSeen(tokenId);

    private async Task WriteUsesLoopAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(UsesInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                for (var more = true; more;)
                {
                    await _gate.WaitAsync(stopping);
                    try
                    {
                        more = WriteUses();
                    }
                    finally
                    {
                        _gate.Release();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The store is closing, which writes once more.
        }
    }

    /// <summary>Writes a batch of uses; true where more of them wait. What cannot be written waits for the next time. Under the gate.</summary>
    private bool WriteUses()
    {
        var uses = _uses.TakeUnwritten(UsesBatch);
        if (uses.Count == 0)
        {
            return false;
        }

        try
        {
            using var transaction = _database.BeginImmediate();
            foreach (var (tokenId, time) in uses)
            {
                AccessWriter.WriteUse(_database, tokenId, time);
            }

            transaction.Commit();
        }
        catch (SqliteException exception)
        {
            StorageLog.StoreUnavailable(_logger, _database.Explain(exception));
            return false;
        }

        _uses.Written(uses);
        return uses.Count == UsesBatch;
    }
}
