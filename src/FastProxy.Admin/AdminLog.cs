using Microsoft.Extensions.Logging;

namespace FastProxy.Admin;

/// <summary>What the control plane writes to the log: event ids 5000 to 5999. Highest used: 5004.</summary>
internal static partial class AdminLog
{
    [LoggerMessage(5000, LogLevel.Information, "The API is served on the unix socket {Path}.", EventName = "AdminStarted")]
    public static partial void Started(ILogger logger, string path);

    [LoggerMessage(5001, LogLevel.Information, "API request {Method} {Path} ({Name}) by {Caller} was answered with {Status}.", EventName = "AdminChange")]
    public static partial void Change(ILogger logger, string method, string path, string name, string caller, int status);

    [LoggerMessage(5002, LogLevel.Error, "API request {Method} {Path} failed.", EventName = "AdminRequestFailed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(5004, LogLevel.Information, "The API is served on {Url}.", EventName = "AdminTcpStarted")]
    public static partial void TcpStarted(ILogger logger, string url);

    [LoggerMessage(5003, LogLevel.Debug, "Removed the socket {Path}, which a dead process had left.", EventName = "AdminStaleSocket")]
    public static partial void StaleSocket(ILogger logger, string path);
}
