using System.Globalization;
using FastProxy.Client.Connecting;

namespace FastProxy.Cli.Carrying;

/// <summary>Tells once in a process that its service token expires soon. Thread-safe.</summary>
internal sealed class ExpiryNotice(SessionLog log, TimeProvider timeProvider)
{
    private int _told;

    /// <summary>The gateway says when it expires.</summary>
    public void Tell(GatewayRequest request, DateTimeOffset end)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            var days = Math.Max(0, (end - timeProvider.GetUtcNow()).TotalDays);
            log.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"the service token expires on {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}, in {days:0.#} days: ask its administrator to refresh it"));
        }
    }
}
