using FastProxy.Client.Connecting;
using FastProxy.Client.Pooling;
using FastProxy.Transport.Streams;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Bastion;

/// <summary>
/// Says in the log when a pool gets no stream, because its gateway cannot be reached or refuses the token, and when it gets one again: at
/// most one line in ten seconds for each gateway and token, and none as long as nothing changes. Looks until it is disposed.
/// </summary>
internal sealed class PoolWatch : IAsyncDisposable
{
    /// <summary>How often it looks; a trouble that comes and goes in between is nobody's.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>The least time between two lines of one pool: a gateway that comes and goes shall not fill the log.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly Func<IReadOnlyList<(PoolKey Key, PoolHealth Health)>> _pools;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Lock _look = new();
    private readonly ITimer _timer;

    /// <summary>
    /// What was told last of each that was ever in trouble; a reload with another secret makes another pool, of which it shall be told that
    /// it is well. Not pruned: an administrator names no more of them than fit.
    /// </summary>
    private readonly Dictionary<(string Gateway, string? App, string ClientId), (ConnectFailure? Trouble, long At)> _told = [];

    /// <summary>Begins to look.</summary>
    /// <param name="pools">The pools of the moment.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where it is told.</param>
    public PoolWatch(Func<IReadOnlyList<(PoolKey Key, PoolHealth Health)>> pools, TimeProvider timeProvider, ILogger logger)
    {
        _pools = pools;
        _timeProvider = timeProvider;
        _logger = logger;
        _timer = timeProvider.CreateTimer(static state => ((PoolWatch)state!).Look(), this, Interval, Interval);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        // One that has not ended, because something below it does not answer, must not keep another thread with every tick.
        if (!_look.TryEnter())
        {
            return;
        }

        try
        {
            foreach (var (key, health) in _pools())
            {
                if (health.IsKnown)
                {
                    Look(key, health.Trouble);
                }
            }
        }
        finally
        {
            _look.Exit();
        }
    }

    private void Look(PoolKey key, ConnectFailure? trouble)
    {
        var name = (key.Url, key.App, key.ClientId);
        var isKnown = _told.TryGetValue(name, out var told);
        if (IsSame(told.Trouble, trouble) || (isKnown && _timeProvider.GetElapsedTime(told.At) < Quiet))
        {
            return;
        }

        _told[name] = (trouble, _timeProvider.GetTimestamp());
        if (trouble is null)
        {
            BastionLog.PoolIsWell(_logger, key.Url, key.ClientId);
        }
        else
        {
            BastionLog.PoolInTrouble(_logger, key.Url, key.ClientId, trouble.Message, trouble.ReasonName(ReasonCode.Shutdown));
        }
    }

    // Not the words: they may name another address or request each time.
    private static bool IsSame(ConnectFailure? one, ConnectFailure? other) => (one?.Stage, one?.Status, one?.Reason) == (other?.Stage, other?.Status, other?.Reason);
}
