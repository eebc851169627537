using System.Net;
using Microsoft.Extensions.Logging;

namespace FastProxy.Client.Bastion;

/// <summary>The bastion's log. Highest id used: 6201.</summary>
internal static partial class BastionLog
{
    [LoggerMessage(6201, LogLevel.Warning, "A connection from {Client} to the listener {Listener} was closed unread: allow_from does not name it.", EventName = "BastionNotAllowed")]
    public static partial void NotAllowed(ILogger logger, EndPoint? client, IPEndPoint listener);
}
