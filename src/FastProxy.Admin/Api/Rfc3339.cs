namespace FastProxy.Admin.Api;

/// <summary>Times as the API writes them: RFC 3339 in UTC, with Z.</summary>
internal static class Rfc3339
{
    /// <summary>A time whose JSON form ends with Z, cut to whole seconds like the API this one follows.</summary>
    public static DateTime Of(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond));
    }
}
