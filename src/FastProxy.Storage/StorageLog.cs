using Microsoft.Extensions.Logging;

namespace FastProxy.Storage;

/// <summary>The log of this assembly. Event ids 3100 to 3199; highest used: 3105.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(EventId = 3100, EventName = "StoreOpened", Level = LogLevel.Information,
        Message = "The store {Path} is open: {Tokens} service tokens, {Applications} applications, {Groups} groups.")]
    public static partial void StoreOpened(ILogger logger, string path, int tokens, int applications, int groups);

    [LoggerMessage(EventId = 3101, EventName = "StoreChangedElsewhere", Level = LogLevel.Information,
        Message = "Another process changed the store {Path}; it was read anew as version {Version}.")]
    public static partial void StoreChangedElsewhere(ILogger logger, string path, long version);

    [LoggerMessage(EventId = 3102, EventName = "StoreUnavailable", Level = LogLevel.Error,
        Message = "The store cannot be used; what was in force stays in force. {Cause}")]
    public static partial void StoreUnavailable(ILogger logger, string cause);

    [LoggerMessage(EventId = 3103, EventName = "DecisionsLost", Level = LogLevel.Error,
        Message = "The decision log cannot be written; {Count} records are lost. {Cause}")]
    public static partial void DecisionsLost(ILogger logger, int count, string cause);

    [LoggerMessage(EventId = 3104, EventName = "DecisionsWrittenAgain", Level = LogLevel.Information,
        Message = "The decision log {Path} can be written again; {Lost} records were lost altogether.")]
    public static partial void DecisionsWrittenAgain(ILogger logger, string path, long lost);

    [LoggerMessage(EventId = 3105, EventName = "ChangeHandlerFailed", Level = LogLevel.Error,
        Message = "A handler of store changes failed.")]
    public static partial void ChangeHandlerFailed(ILogger logger, Exception exception);
}
