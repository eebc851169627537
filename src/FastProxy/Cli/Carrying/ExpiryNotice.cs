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
            log.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"the service token expires on {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}, in {Text(end - timeProvider.GetUtcNow())}: ask its administrator to refresh it"));
        }
    }

    /// <summary>A time that is left, in the unit in which it is a number that says something; never negative.</summary>
    internal static string Text(TimeSpan left) => string.Create(CultureInfo.InvariantCulture, $"{left switch
    {
        { TotalDays: >= 2 } => $"{Math.Floor(left.TotalDays)} days",
        { TotalHours: >= 2 } => $"{Math.Floor(left.TotalHours)} h",
        { TotalMinutes: >= 2 } => $"{Math.Floor(left.TotalMinutes)} min",
        _ => $"{Math.Max(0, Math.Floor(left.TotalSeconds))} s",
    }}");
}
