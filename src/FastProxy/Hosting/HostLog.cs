using Microsoft.Extensions.Logging;

namespace FastProxy.Hosting;

/// <summary>The log of what is around a service. Highest id used: 9001.</summary>
internal static partial class HostLog
{
    [LoggerMessage(9001, LogLevel.Error, "The configuration {File} was not reloaded: {Why}. The one read before stays in force.", EventName = "ReloadFailed")]
    public static partial void ReloadFailed(ILogger logger, string file, string why);
}
