using System.Net;
using Microsoft.Extensions.Logging;

namespace FastProxy.Hosting;

/// <summary>The log of what is around a service. Highest id used: 9006.</summary>
internal static partial class HostLog
{
    [LoggerMessage(9001, LogLevel.Error, "The configuration {File} was not reloaded: {Why}. The one read before stays in force.", EventName = "ReloadFailed")]
    public static partial void ReloadFailed(ILogger logger, string file, string why);

    [LoggerMessage(9002, LogLevel.Warning, "A connection from {Peer} to the metrics address was closed unread: metrics.allow_from does not name it ({LeftOut} more since the last line).", EventName = "WatcherNotAllowed")]
    public static partial void WatcherNotAllowed(ILogger logger, EndPoint? peer, long leftOut);

    [LoggerMessage(9003, LogLevel.Information, "SIGHUP: the files that {File} names were read again, and sessions go on; {File} itself counts at the next start.", EventName = "FilesReread")]
    public static partial void FilesReread(ILogger logger, string file);

    [LoggerMessage(9004, LogLevel.Error, "The store cannot be used: {Why}. Decisions go on by what was read before; changes may be lost.", EventName = "StoreInTrouble")]
    public static partial void StoreInTrouble(ILogger logger, string why);

    [LoggerMessage(9005, LogLevel.Information, "The store can be used again.", EventName = "StoreIsWell")]
    public static partial void StoreIsWell(ILogger logger);

    [LoggerMessage(9006, LogLevel.Error, "The look at the store, once a minute, failed; the next may not.", EventName = "StoreWatchFailed")]
    public static partial void StoreWatchFailed(ILogger logger, Exception exception);
}
