using System.Net;
using Microsoft.Extensions.Logging;

namespace FastProxy.Hosting;

/// <summary>The log of what is around a service. Highest id used: 9002.</summary>
internal static partial class HostLog
{
    [LoggerMessage(9001, LogLevel.Error, "The configuration {File} was not reloaded: {Why}. The one read before stays in force.", EventName = "ReloadFailed")]
    public static partial void ReloadFailed(ILogger logger, string file, string why);

    [LoggerMessage(9002, LogLevel.Warning, "A connection from {Peer} to the metrics address was closed unread: metrics.allow_from does not name it.", EventName = "WatcherNotAllowed")]
    public static partial void WatcherNotAllowed(ILogger logger, EndPoint? peer);
}
