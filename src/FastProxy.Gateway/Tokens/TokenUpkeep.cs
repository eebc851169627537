using FastProxy.Access.Changes;
using FastProxy.Access.Organizations;
using FastProxy.Access.Stores;
using FastProxy.Gateway.Sessions;
using Microsoft.Extensions.Logging;

namespace FastProxy.Gateway.Tokens;

/// <summary>
/// What happens to service tokens by the passing of time, looked at once a minute: tokens with open sessions are in use, those that end soon are
/// named in the log, and those that nobody uses are retired where the account's settings ask for it. Start it once, dispose it once.
/// </summary>
internal sealed class TokenUpkeep : IAsyncDisposable
{
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly IAccessStore _store;
    private readonly SessionRegistry _sessions;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ExpiryWatch _expiry;
    private readonly SteadyClock _clock;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private long _looks;

    /// <summary>Begins to look.</summary>
    public TokenUpkeep(IAccessStore store, SessionRegistry sessions, TimeProvider timeProvider, ILogger logger)
    {
        _store = store;
        _sessions = sessions;
        _timeProvider = timeProvider;
        _logger = logger;
        _expiry = new ExpiryWatch(timeProvider, logger);
        _clock = new SteadyClock(timeProvider);
        _loop = LoopAsync(_stopping.Token);
    }

    /// <summary>How often it has looked.</summary>
    internal long Looks => Interlocked.Read(ref _looks);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task LoopAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, _timeProvider);
        try
        {
            do
            {
                await TryLookAsync(stopping);
                Interlocked.Increment(ref _looks);
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
        catch (ObjectDisposedException)
        {
            // The store was closed ahead of us.
        }
    }

    // One look that fails must not be the last: who switched retirement on would never learn that nobody looks any more.
    private async Task TryLookAsync(CancellationToken stopping)
    {
        try
        {
            await LookAsync(stopping);
        }
#pragma warning disable CA1031 // Whatever it is, it is told, and looked again in a minute.
        catch (Exception exception) when (exception is not ObjectDisposedException && !(exception is OperationCanceledException && stopping.IsCancellationRequested))
#pragma warning restore CA1031
        {
            GatewayLog.UpkeepFailed(_logger, exception);
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        var now = _timeProvider.GetUtcNow();
        foreach (var token in _sessions.Tokens())
        {
            _store.MarkTokenSeen(token, now);
        }

        _expiry.Look(_store.Current);
        if (!_clock.IsSteady())
        {
            return;
        }

        // Planned first on what can be read without a turn: most of the time there is nothing to end.
        if (TokenChanges.EndOverlaps(_store.Current, _timeProvider.GetUtcNow()).Next is not null)
        {
            await _store.ChangeAsync(snapshot => TokenChanges.EndOverlaps(snapshot, _timeProvider.GetUtcNow()), stopping);
        }

        if (_store.Current.Organization.ServiceTokenInactivity is { Enabled: true } inactivity)
        {
            await RetireAsync(inactivity, stopping);
        }
    }

    private async Task RetireAsync(ServiceTokenInactivity inactivity, CancellationToken stopping)
    {
        if (TokenChanges.RetireInactive(_store.Current, inactivity, _store.LastSeen, _timeProvider.GetUtcNow()).Next is null)
        {
            return;
        }

        var result = await _store.ChangeAsync(
            snapshot =>
            {
                // What is asked for at the moment of the change is what is done, and told.
                inactivity = snapshot.Organization.ServiceTokenInactivity ?? inactivity with { Enabled = false };
                return TokenChanges.RetireInactive(snapshot, inactivity, _store.LastSeen, _timeProvider.GetUtcNow());
            },
            stopping);
        if (result.IsOk)
        {
            var done = inactivity.Action == InactivityAction.Delete ? "deleted" : "switched off";
            foreach (var token in result.Value.Tokens)
            {
                GatewayLog.TokenRetired(_logger, token.Name, token.Id, done, inactivity.ThresholdDays);
            }
        }
    }
}
