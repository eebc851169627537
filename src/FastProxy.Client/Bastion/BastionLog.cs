using System.Net;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Bastion;

/// <summary>The bastion's log. Highest id used: 6209.</summary>
internal static partial class BastionLog
{
    [LoggerMessage(6201, LogLevel.Warning, "A connection from {Client} to the listener {Listener} was closed unread: allow_from does not name it ({LeftOut} more since the last line).", EventName = "BastionNotAllowed")]
    public static partial void NotAllowed(ILogger logger, EndPoint? client, string listener, long leftOut);

    [LoggerMessage(6202, LogLevel.Information, "Session {Request} of user {User} ({UserName}, process {Process}) to {Application} with token {Token} ended: {Reason}, {Up} bytes up, {Down} bytes down, {Seconds:F3} s.", EventName = "BastionUserSessionEnded")]
    public static partial void UserSessionEnded(
        ILogger logger, uint user, string userName, int process, string application, string token, string reason, string request, long up, long down, double seconds);

    [LoggerMessage(6203, LogLevel.Warning, "User {User} ({UserName}, process {Process}) was refused {Application}: {Why} [reason={Reason}] [request={Request}]", EventName = "BastionUserRefused")]
    public static partial void UserRefused(ILogger logger, uint user, string userName, int process, string application, string why, string reason, string request);

    [LoggerMessage(6204, LogLevel.Information, "The configuration was reloaded: {Added} listeners added, {Removed} removed, {Denied} sessions ended.", EventName = "BastionReloaded")]
    public static partial void Reloaded(ILogger logger, int added, int removed, int denied);

    [LoggerMessage(6205, LogLevel.Warning, "{Setting} has changed; it takes effect with the next start.", EventName = "BastionNeedsRestart")]
    public static partial void NeedsRestart(ILogger logger, string setting);

    [LoggerMessage(6206, LogLevel.Error, "The listener {Listener}, which the configuration names no more, could not be stopped.", EventName = "BastionStopFailed")]
    public static partial void StopFailed(ILogger logger, Exception exception, string listener);

    [LoggerMessage(6207, LogLevel.Warning, "The service token {ClientId} expires on {ExpiresAt:yyyy-MM-dd'T'HH:mm:ss'Z'}, in {Days:F1} days: ask its administrator to refresh it.", EventName = "BastionTokenExpiresSoon")]
    public static partial void TokenExpiresSoon(ILogger logger, string clientId, DateTime expiresAt, double days);

    [LoggerMessage(6208, LogLevel.Warning, "The pool of {Gateway} with client id {ClientId} gets no stream: {Why} [reason={Reason}]. Nobody who needs it gets through.", EventName = "BastionPoolInTrouble")]
    public static partial void PoolInTrouble(ILogger logger, string gateway, string clientId, string why, string reason);

    [LoggerMessage(6209, LogLevel.Information, "The pool of {Gateway} with client id {ClientId} gets streams again.", EventName = "BastionPoolIsWell")]
    public static partial void PoolIsWell(ILogger logger, string gateway, string clientId);
}
