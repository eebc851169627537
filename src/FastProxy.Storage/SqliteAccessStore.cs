using FastProxy.Access.Changes;
using FastProxy.Access.Stores;
using FastProxy.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace FastProxy.Storage;

/// <summary>
/// The store in one SQLite file. One connection behind one lock; each change is one transaction that is on disk (WAL, synchronous FULL)
/// before it is seen or reported. Another process may use the same file: each change begins by looking for foreign ones.
/// </summary>
public sealed partial class SqliteAccessStore : IAccessStore, IAsyncDisposable
{
    /// <summary>The name of the file in the data directory.</summary>
    public const string FileName = "access.db";

    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1, 1);

    private volatile AccessSnapshot _current = AccessSnapshot.Empty;

    // What SQLite calls the state of the file as others left it; differs when another connection committed. Under the gate.
    private long _dataVersion;
    private bool _mustReload;
    private volatile bool _disposed;

    private SqliteAccessStore(SqliteDatabase database, TimeProvider time, ILogger logger)
    {
        _database = database;
        _time = time;
        _logger = logger;
        using (var transaction = database.BeginRead())
        {
            _dataVersion = ReadDataVersion();
            _current = AccessReader.Read(database);
            foreach (var (tokenId, lastSeen) in AccessReader.ReadUses(database))
            {
                _uses.Load(tokenId, lastSeen);
            }
        }

        _usesLoop = WriteUsesLoopAsync(_stopping.Token);
    }

    /// <inheritdoc/>
    public event Action<AccessSnapshot>? Changed;

    /// <inheritdoc/>
    public AccessSnapshot Current => _current;

    /// <summary>Opens the store of a data directory; creates directory (0700) and file (0600) where they are missing.</summary>
    /// <exception cref="StoreException">It cannot be opened: the message names the file, the cause and what to do.</exception>
    public static SqliteAccessStore Open(string dataDirectory, TimeProvider timeProvider, ILogger<SqliteAccessStore> logger)
    {
        ArgumentException.ThrowIfNullOrEmpty(dataDirectory);
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentNullException.ThrowIfNull(logger);
        return Open(SqliteDatabase.Open(Path.Combine(dataDirectory, FileName), "FULL", AccessSchema.Migrations), timeProvider, logger);
    }

    /// <summary>Takes over an open database.</summary>
    internal static SqliteAccessStore Open(SqliteDatabase database, TimeProvider timeProvider, ILogger logger)
    {
        try
        {
            var store = new SqliteAccessStore(database, timeProvider, logger);
            var snapshot = store.Current;
            StorageLog.StoreOpened(logger, database.Path, snapshot.Tokens.Length, snapshot.Applications.Length, snapshot.Groups.Length);
            return store;
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

    /// <inheritdoc/>
    /// <remarks>
    /// The one path of every change: 1. lock out other writers, 2. see what they did, 3. work the change out, 4. write what differs,
    /// 5. commit, 6. show it. A failure before the end of 5 changes nothing that anybody sees.
    /// </remarks>
    public async Task<MutationResult<T>> ChangeAsync<T>(Func<AccessSnapshot, AccessChange<T>> plan, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(plan);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            AccessChange<T> change;
            using (var transaction = _database.BeginImmediate())
            {
                ReloadIfChanged();
                change = plan(_current);
                if (change.Next is null)
                {
                    return change.Result;
                }

                AccessDifference.Write(_database, _current, change.Next);

                // Should the commit fail half-way, only the file knows what holds.
                _mustReload = true;
                transaction.Commit();
                _mustReload = false;
            }

            Show(change.Next);
            return change.Result;
        }
        catch (SqliteException exception)
        {
            return Unavailable<T>(_database.Explain(exception));
        }
        catch (StoreException exception)
        {
            return Unavailable<T>(exception.Message);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<AccessSnapshot> RefreshAsync(CancellationToken cancellationToken)
    {
        if (await ReadAgainAsync(cancellationToken) is { } problem)
        {
            StorageLog.StoreUnavailable(_logger, problem);
        }

        return _current;
    }

    /// <inheritdoc/>
    public Task<string?> ProbeAsync(CancellationToken cancellationToken) =>
        // What was opened can be read for as long as it is open, even when its name is gone and a restart would begin with nothing.
        File.Exists(_database.Path) ? ReadAgainAsync(cancellationToken) : Task.FromResult<string?>($"the store {_database.Path} does not exist any more");

    /// <summary>Waits for the change under way, writes down what is held in memory, and closes the file. Later changes throw <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _usesLoop;
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (!_disposed)
            {
                _disposed = true;
                while (WriteUses())
                {
                }

                _database.Dispose();
                _stopping.Dispose();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Reads what others have changed. One line where the store cannot be read.</summary>
    private async Task<string?> ReadAgainAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using var transaction = _database.BeginRead();
            ReloadIfChanged();
            return null;
        }
        catch (SqliteException exception)
        {
            return _database.Explain(exception);
        }
        catch (StoreException exception)
        {
            return exception.Message;
        }
        finally
        {
            _gate.Release();
        }
    }

    private MutationResult<T> Unavailable<T>(string cause)
        where T : class
    {
        StorageLog.StoreUnavailable(_logger, cause);
        return MutationResult<T>.Failed(MutationProblem.Unavailable(cause));
    }

    // Within a transaction, so that what is read is of one state, and under the gate.
    private void ReloadIfChanged()
    {
        // The version is held by the transaction's view only once something was read in it.
        var stored = _database.ReadNumber("SELECT version FROM meta");
        var dataVersion = ReadDataVersion();
        if (dataVersion == _dataVersion && !_mustReload)
        {
            return;
        }

        // Uses of tokens are commits of others too, and no reason to tell anybody. Who edits the file by hand raises the version.
        if (stored != _current.Version)
        {
            var next = AccessReader.Read(_database);
            StorageLog.StoreChangedElsewhere(_logger, _database.Path, next.Version);
            Show(next);
        }

        _dataVersion = dataVersion;
        _mustReload = false;
    }

    private void Show(AccessSnapshot next)
    {
        _current = next;
        _uses.KeepOnly(next);
        try
        {
            Changed?.Invoke(next);
        }
#pragma warning disable CA1031 // The change is on disk: a handler's bug must not turn it into a failure.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            StorageLog.ChangeHandlerFailed(_logger, exception);
        }
    }

    private long ReadDataVersion() => _database.ReadNumber("PRAGMA data_version");
}
