using FastProxy.Access.Stores;
using FastProxy.Access.Tokens;
using Microsoft.Extensions.Logging;

namespace FastProxy.Gateway.Tokens;

/// <summary>
/// Says in the log which service tokens end soon: once a day for each within 30 days, and whenever one comes within 7 days, within one, and to
/// its end. Remembers a few words for each of these. Not thread-safe.
/// </summary>
internal sealed class ExpiryWatch(TimeProvider timeProvider, ILogger logger)
{
    /// <summary>Lines of one look; what is left over comes with the next, a minute later.</summary>
    internal const int MostLines = 100;

    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly Dictionary<Guid, (ExpiryWarning Warning, long At)> _told = [];

    /// <summary>Looks at the tokens there are.</summary>
    public void Look(AccessSnapshot snapshot)
    {
        var now = timeProvider.GetUtcNow();
        Forget(snapshot, now);
        var lines = 0;
        foreach (var token in snapshot.Tokens)
        {
            var warning = token.WarningAt(now);
            if (warning == ExpiryWarning.None || !IsToldOf(token))
            {
                continue;
            }

            // Of one that has ended there is nothing new to say the next day.
            var isKnown = _told.TryGetValue(token.Id, out var told) && told.Warning == warning;
            if (isKnown && (warning == ExpiryWarning.Expired || timeProvider.GetElapsedTime(told.At) < s_day))
            {
                continue;
            }

            // What had ended before this process began is no news either.
            var isNews = warning != ExpiryWarning.Expired || told.Warning != ExpiryWarning.None;
            if (isNews && ++lines > MostLines)
            {
                return;
            }

            _told[token.Id] = (warning, timeProvider.GetTimestamp());
            if (isNews)
            {
                Tell(token, warning, now);
            }
        }
    }

    // A canary is nobody's to renew, and what is switched off ends for nobody.
    private static bool IsToldOf(ServiceToken token) => token is { Enabled: true, IsCanary: false };

    private void Forget(AccessSnapshot snapshot, DateTimeOffset now)
    {
        foreach (var (id, _) in _told)
        {
            if (!snapshot.TryGetToken(id, out var token) || !IsToldOf(token) || token.WarningAt(now) == ExpiryWarning.None)
            {
                _told.Remove(id);
            }
        }
    }

    private void Tell(ServiceToken token, ExpiryWarning warning, DateTimeOffset now)
    {
        var end = token.ExpiresAt!.Value.UtcDateTime;
        switch (warning)
        {
            case ExpiryWarning.Expired:
                GatewayLog.TokenExpired(logger, token.Name, end);
                break;
            case ExpiryWarning.Month:
                GatewayLog.TokenExpires(logger, token.Name, end, (token.ExpiresAt.Value - now).TotalDays);
                break;
            default:
                GatewayLog.TokenExpiresSoon(logger, token.Name, end, (token.ExpiresAt.Value - now).TotalDays);
                break;
        }
    }
}
