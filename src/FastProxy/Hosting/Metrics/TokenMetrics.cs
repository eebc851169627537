using FastProxy.Access.Stores;

namespace FastProxy.Hosting.Metrics;

/// <summary>What somebody should hear of service tokens, as metrics.</summary>
internal static class TokenMetrics
{
    // A label names a token here, so there is an end to them: whoever has more alerts by the log.
    private const int MostTokens = 100;

    /// <summary>Writes how soon tokens expire.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="snapshot">The tokens there are.</param>
    /// <param name="now">The time.</param>
    public static void Write(MetricsText text, AccessSnapshot snapshot, DateTimeOffset now)
    {
        text.Gauge("fastproxy_service_token_expires_in_seconds", "Time until a service token expires, for the 100 in force that expire next.");
        var next = snapshot.Tokens
            .Where(token => token is { Enabled: true, IsCanary: false } && token.ExpiresAt > now)
            .OrderBy(token => token.ExpiresAt)
            .ThenBy(token => token.Id)
            .Take(MostTokens);
        foreach (var token in next)
        {
            text.Sample((long)(token.ExpiresAt!.Value - now).TotalSeconds, ("token", token.Name));
        }
    }
}
