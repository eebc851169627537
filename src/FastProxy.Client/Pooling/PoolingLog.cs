using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Pooling;

/// <summary>The log of the pools. Highest id used: 6301.</summary>
internal static partial class PoolingLog
{
    [LoggerMessage(6301, LogLevel.Warning, "Changes of routes cannot be heard of ({Why}; a sandbox has to allow AF_NETLINK): a stream whose way is gone is noticed only by its silence.", EventName = "RoutesUnwatched")]
    public static partial void RoutesUnwatched(ILogger logger, string why);
}
