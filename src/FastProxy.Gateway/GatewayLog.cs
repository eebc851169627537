using System.Net;
using FastProxy.Transport.Streams;
using Microsoft.Extensions.Logging;

namespace FastProxy.Gateway;

/// <summary>The data plane's log. Highest id used: 4112. No line holds a secret; a token is named by its id and name.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(4101, LogLevel.Information, "Session {Request} of {Token} for {Claim} from {Address} to {Application} began: {Origin}.", EventName = "SessionBegan")]
    public static partial void SessionBegan(ILogger logger, string request, string token, string claim, IPAddress? address, string application, string origin);

    [LoggerMessage(4102, LogLevel.Information, "Session {Request} of {Token} to {Application} ended: {Reason}, {Up} bytes up, {Down} bytes down, {Seconds:F3} s.", EventName = "SessionEnded")]
    public static partial void SessionEnded(ILogger logger, string request, string token, string application, string reason, long up, long down, double seconds);

    [LoggerMessage(4103, LogLevel.Information, "Request {Request} of {Token} (client id {ClientId}) from {Address} to {Host} was refused: {Reason}, {Message}.", EventName = "Refused")]
    public static partial void Refused(ILogger logger, string request, string token, string clientId, IPAddress? address, string host, string reason, string message);

    [LoggerMessage(4104, LogLevel.Error, "Request {Request} failed by a fault of the gateway.", EventName = "RequestFailed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string request);

    [LoggerMessage(4105, LogLevel.Information, "Stopping: {Sessions} sessions may finish within {Drain}.", EventName = "Draining")]
    public static partial void Draining(ILogger logger, int sessions, TimeSpan drain);

    [LoggerMessage(4106, LogLevel.Debug, "A cleartext connection from {Address} was closed unread: it is neither loopback nor in trusted_proxies.", EventName = "CleartextRefused")]
    public static partial void CleartextRefused(ILogger logger, IPAddress? address);

    [LoggerMessage(4107, LogLevel.Error, "ALARM: the canary token {Token} was presented from {Address} to {Host} (request {Request}; {Unreported} more since the last line): where it was kept, somebody has been.", EventName = "CanaryPresented")]
    public static partial void CanaryPresented(ILogger logger, string token, IPAddress? address, string host, string request, long unreported);

    [LoggerMessage(4108, LogLevel.Information, "The service token {Token} expires on {ExpiresAt:yyyy-MM-dd'T'HH:mm:ss'Z'}, in {Days:F1} days.", EventName = "TokenExpires")]
    public static partial void TokenExpires(ILogger logger, string token, DateTime expiresAt, double days);

    [LoggerMessage(4109, LogLevel.Warning, "The service token {Token} expires on {ExpiresAt:yyyy-MM-dd'T'HH:mm:ss'Z'}, in {Days:F1} days: `fastproxy token refresh` begins its lifetime again.", EventName = "TokenExpiresSoon")]
    public static partial void TokenExpiresSoon(ILogger logger, string token, DateTime expiresAt, double days);

    [LoggerMessage(4110, LogLevel.Warning, "The service token {Token} has expired, on {ExpiresAt:yyyy-MM-dd'T'HH:mm:ss'Z'}: its clients are refused.", EventName = "TokenExpired")]
    public static partial void TokenExpired(ILogger logger, string token, DateTime expiresAt);

    [LoggerMessage(4111, LogLevel.Warning, "The service token {Token} ({Id}) was {Action}: nobody has used it for {Days} days, and no rule names it.", EventName = "TokenRetired")]
    public static partial void TokenRetired(ILogger logger, string token, Guid id, string action, int days);

    [LoggerMessage(4112, LogLevel.Error, "The look at the service tokens, once a minute, failed; the next may not.", EventName = "UpkeepFailed")]
    public static partial void UpkeepFailed(ILogger logger, Exception exception);
}
