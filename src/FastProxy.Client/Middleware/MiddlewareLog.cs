using System.Net;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Middleware;

/// <summary>A line for every session that came through the middleware. Highest id used: 6102.</summary>
internal static partial class MiddlewareLog
{
    [LoggerMessage(6101, LogLevel.Information, "Session {Request} from {Client} to {Application} ended: {Reason}, {Up} bytes up, {Down} bytes down, {Seconds:F3} s.", EventName = "BastionSessionEnded")]
    public static partial void Ended(ILogger logger, EndPoint? client, string application, string reason, string request, long up, long down, double seconds);

    [LoggerMessage(6102, LogLevel.Warning, "A connection from {Client} to {Application} was refused: {Why} [reason={Reason}] [request={Request}]", EventName = "BastionSessionRefused")]
    public static partial void Refused(ILogger logger, EndPoint? client, string application, string why, string reason, string request);
}
