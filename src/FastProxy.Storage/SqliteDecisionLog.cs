using System.Threading.Channels;
using FastProxy.Access.Decisions;
using FastProxy.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace FastProxy.Storage;

/// <summary>
/// The decision log in a SQLite file of its own, so that it never locks the store. Records wait in bounded memory and are written in
/// batches by one task; what does not fit, and what the disk refuses, is dropped and counted. The newest <see cref="MaximumRows"/> are
/// kept.
/// </summary>
public sealed class SqliteDecisionLog : IDecisionLog, IAsyncDisposable
{
    /// <summary>The name of the file in the data directory.</summary>
    public const string FileName = "decisions.db";

    /// <summary>
    /// How many records the file keeps; the oldest make room. A record is some 400 bytes with its entry in the index, so the file stays
    /// around 400 MB; if clients chose domain, destination and user agent as long as is kept (512 characters of up to 3 bytes each),
    /// around 5 GB. Two records a session: a session a second is kept for nearly six days, a session a minute for nearly a year.
    /// </summary>
    public const int MaximumRows = 1_000_000;

    // How long the first record of a batch waits for others. A transaction costs as much as some twenty rows: of the processor time of a
    // short session the log took a quarter when each record was written at once.
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(100);

    // About 5 MB at most: 16 Ki records of some 300 bytes.
    private const int DefaultCapacity = 16 * 1024;

    // One transaction for so many at most: long enough to make the sync cheap, short enough to keep the memory of a batch small.
    private const int BatchSize = 512;

    // So many rows a batch may delete: twice what it may add, so that a file with too many rows shrinks while it is written to.
    private const int TrimSize = 2 * BatchSize;

    private readonly SqliteDatabase _database;
    private readonly ILogger _logger;
    private readonly int _maximumRows;
    private readonly Channel<DecisionRecord> _channel;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<DecisionRecord> _batch = new(BatchSize);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _loop;
    private long _dropped;
    private bool _failing;
    private bool _disposed;

    private SqliteDecisionLog(SqliteDatabase database, ILogger logger, int capacity, int maximumRows)
    {
        _database = database;
        _logger = logger;
        _maximumRows = maximumRows;
        _channel = Channel.CreateBounded<DecisionRecord>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropWrite },
            _ => Interlocked.Increment(ref _dropped));
        _loop = Task.Run(WriteLoopAsync);
    }

    /// <summary>How many records were lost since the start: there was no room, or the disk refused them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Opens the log of a data directory; creates directory (0700) and file (0600) where they are missing.</summary>
    /// <exception cref="StoreException">It cannot be opened: the message names the file, the cause and what to do.</exception>
    public static SqliteDecisionLog Open(string dataDirectory, ILogger<SqliteDecisionLog> logger) =>
        Open(dataDirectory, logger, DefaultCapacity);

    /// <inheritdoc/>
    public void Write(in DecisionRecord record)
    {
        // False only after the log was closed: a full channel drops by itself.
        if (!_channel.Writer.TryWrite(record))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Reads the newest records, newest first, all that were written before among them.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="deniedOnly">Only those that were not admitted.</param>
    /// <param name="cancellationToken">Ends the wait for the writer.</param>
    /// <exception cref="StoreException">The file cannot be read.</exception>
    public async Task<IReadOnlyList<DecisionRecord>> ReadAsync(int limit, bool deniedOnly, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            WriteWaiting();
            return DecisionRows.Read(_database, limit, deniedOnly);
        }
        catch (SqliteException exception)
        {
            throw new StoreException(_database.Explain(exception), exception);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Writes what waits and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _channel.Writer.TryComplete();
        await _closing.CancelAsync();
        await _loop;
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            _disposed = true;
            _database.Dispose();
            _closing.Dispose();
        }
        finally
        {
            _gate.Release();
        }
    }

    internal static SqliteDecisionLog Open(string dataDirectory, ILogger<SqliteDecisionLog> logger, int capacity, int maximumRows = MaximumRows)
    {
        ArgumentException.ThrowIfNullOrEmpty(dataDirectory);
        ArgumentNullException.ThrowIfNull(logger);

        // NORMAL: a power cut may cost the last moments of the log, a killed process what waits in memory; a sync per batch is saved.
        return new SqliteDecisionLog(
            SqliteDatabase.Open(Path.Combine(dataDirectory, FileName), "NORMAL", DecisionSchema.Migrations),
            logger,
            capacity,
            maximumRows);
    }

    private async Task WriteLoopAsync()
    {
        while (await _channel.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (_channel.Reader.Count < BatchSize)
            {
                await Task.Delay(s_gather, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await _gate.WaitAsync(CancellationToken.None);
            try
            {
                WriteWaiting();
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    /// <summary>Writes what waits at this moment, in batches. The caller holds the gate.</summary>
    private void WriteWaiting()
    {
        for (var waiting = _channel.Reader.Count; waiting > 0; waiting -= BatchSize)
        {
            while (_batch.Count < BatchSize && _channel.Reader.TryRead(out var record))
            {
                _batch.Add(record);
            }

            Write(_batch);
            _batch.Clear();
        }
    }

    private void Write(List<DecisionRecord> batch)
    {
        try
        {
            using var transaction = _database.BeginImmediate();

            // Room first: what is inserted then takes the pages that became free.
            DecisionRows.Trim(_database, _maximumRows - batch.Count, TrimSize);
            DecisionRows.Insert(_database, batch);
            transaction.Commit();
            if (_failing)
            {
                _failing = false;
                StorageLog.DecisionsWrittenAgain(_logger, _database.Path, Dropped);
            }
        }
        catch (SqliteException exception)
        {
            Interlocked.Add(ref _dropped, batch.Count);
            if (!_failing)
            {
                // Once until it works again: a full disk must not fill another log.
                _failing = true;
                StorageLog.DecisionsLost(_logger, batch.Count, _database.Explain(exception));
            }
        }
    }
}
