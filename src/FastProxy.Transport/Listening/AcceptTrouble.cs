using System.Net;
using Microsoft.Extensions.Logging;

namespace FastProxy.Transport.Listening;

/// <summary>
/// Whether a listener accepts, as the log and whoever asks for its readiness hear of it: the first failure at once, those that follow as a
/// number. Thread-safe.
/// </summary>
/// <param name="endPoint">Where it listens.</param>
/// <param name="troubles">Where it stands as long as it does not accept.</param>
/// <param name="logger">Where it is told.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed partial class AcceptTrouble(EndPoint endPoint, AcceptTroubles troubles, ILogger logger, TimeProvider timeProvider) : IDisposable
{
    /// <summary>The least time between two lines: a listener tries ten times a second.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    private readonly LogLimit _limit = new(timeProvider, 1, Quiet);
    private readonly Lock _gate = new();
    private volatile bool _failing;
    private bool _told;
    private bool _over;

    /// <summary>It could not accept.</summary>
    public void Tell(string why)
    {
        lock (_gate)
        {
            if (_over)
            {
                return;
            }

            _failing = true;
            troubles.Add(this, $"{endPoint} accepts no connection: {why}");
            if (_limit.TryTake(out var leftOut))
            {
                _told = true;
                LogFailed(logger, endPoint, why, leftOut);
            }
        }
    }

    /// <summary>It accepts, or nobody is there. Costs nothing where nothing else was told.</summary>
    public void End()
    {
        if (!_failing)
        {
            return;
        }

        lock (_gate)
        {
            _failing = false;
            if (troubles.Remove(this) && _told)
            {
                _told = false;
                LogAccepts(logger, endPoint);
            }
        }
    }

    /// <summary>It listens no more, and is in no trouble.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _over = true;
            troubles.Remove(this);
        }
    }

    [LoggerMessage(2001, LogLevel.Warning, "Accepting on {EndPoint} failed: {Why}. Trying again ({LeftOut} more failures since the last line).", EventName = "AcceptFailed")]
    private static partial void LogFailed(ILogger logger, EndPoint endPoint, string why, long leftOut);

    [LoggerMessage(2007, LogLevel.Information, "{EndPoint} accepts connections again.", EventName = "AcceptsAgain")]
    private static partial void LogAccepts(ILogger logger, EndPoint endPoint);
}
