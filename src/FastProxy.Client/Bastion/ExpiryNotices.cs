using FastProxy.Client.Connecting;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Bastion;

/// <summary>
/// Says in the log that a service token expires soon: once a day for each that the configuration names, however many streams are dialled
/// with it. Thread-safe.
/// </summary>
internal sealed class ExpiryNotices(ILogger logger, TimeProvider timeProvider)
{
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly Dictionary<string, long> _told = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>A gateway has accepted the token of a request, and says when it expires.</summary>
    public void Tell(GatewayRequest request, DateTimeOffset end)
    {
        if (request.Credential.Service?.ClientId is not { } clientId)
        {
            return;
        }

        lock (_gate)
        {
            if (_told.TryGetValue(clientId, out var told) && timeProvider.GetElapsedTime(told) < s_day)
            {
                return;
            }

            _told[clientId] = timeProvider.GetTimestamp();
        }

        BastionLog.TokenExpiresSoon(logger, clientId, end.UtcDateTime, Math.Max(0, (end - timeProvider.GetUtcNow()).TotalDays));
    }
}
